// How often one address (of IPv6: one /64) may ask REST, whatever it asks and whoever it is: before
// a request costs a look into the database. Beside the rates of single things and of keys, which
// are lower. Whoever comes by a trusted proxy is counted by their own address.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/instant.h"
#include "call/address_rates.h"
#include "platform/http/message.h"

namespace confab::rest {

class AddressGate {
 public:
  explicit AddressGate(call::Rate rate) : rates_(rate) {}

  // Asked besides, when the own rate allows it: whether all nodes together let it through.
  using Shared = std::function<bool(const IpAddress& address, Instant now)>;
  void share(Shared shared) { shared_ = std::move(shared); }

  // The answer to a request that is one too many.
  std::optional<http::Response> check(const http::Request& request, Instant now);

 private:
  call::AddressRates rates_;
  Shared shared_;
};

}  // namespace confab::rest
