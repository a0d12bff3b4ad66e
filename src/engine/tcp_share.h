// Who may have how many of a shard's TCP connections, over all of its listeners.
#pragma once

#include <cstddef>

#include "base/address_shares.h"
#include "base/net.h"

namespace confab::engine {

struct TcpLimits {
  std::size_t connections_max = 2048;
  std::size_t per_address_max = 256;  // an office behind one NAT
};

class TcpShare {
 public:
  explicit TcpShare(const TcpLimits& limits)
      : connections_max_(limits.connections_max), of_address_(limits.per_address_max) {}

  // False if it is one too many; otherwise it is counted until leave().
  bool enter(const IpAddress& address) {
    if (total_ >= connections_max_ || !of_address_.take(address)) return false;
    ++total_;
    return true;
  }
  void leave(const IpAddress& address) {
    of_address_.give_back(address);
    --total_;
  }
  std::size_t total() const { return total_; }

 private:
  std::size_t connections_max_;
  std::size_t total_ = 0;
  AddressShares of_address_;
};

}  // namespace confab::engine
