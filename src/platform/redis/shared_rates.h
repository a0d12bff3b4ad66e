// Rates that nodes share, beside the one that each has by itself: what a node lets through it tells
// Redis a little later, and Redis says for how long whoever asked must wait, as far as all nodes
// together go. Nothing waits for that, so between two tellings as much gets through as each node's
// own rate lets; and where Redis is away there is that one alone.
//
// A token bucket for each, which is charged with what has passed already: below zero by a burst at
// the most. Loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/redis/redis.h"

namespace confab::redis {

// How much each has had since it was last told. No clock, no socket.
class SharedRateBook {
 public:
  // Beyond them nothing is shared until others are forgotten: some 100 bytes each.
  static constexpr std::size_t kIdsMax = 10'000;
  // No answer of Redis holds anybody up for longer than that, or until the next one.
  static constexpr Duration kWaitMax = 10s;

  struct Charge {
    std::string id;
    std::uint32_t count = 0;
  };

  // Whether it may, as far as was told.
  bool may(const std::string& id, Instant now) const {
    const auto at = until_.find(id);
    return at == until_.end() || now >= at->second;
  }
  void note(const std::string& id) {
    if (charges_.size() < kIdsMax || charges_.contains(id)) {
      ++charges_[id];
    } else {
      ++untold_;
    }
  }
  bool has_charges() const { return !charges_.empty(); }
  std::vector<Charge> take_charges();
  void answered(const std::string& id, Duration wait, Instant now);
  // Could not be told.
  void lost(const Charge& charge) { untold_ += charge.count; }
  std::uint64_t untold() const { return untold_; }

 private:
  std::unordered_map<std::string, std::uint32_t> charges_;
  std::unordered_map<std::string, Instant> until_;  // of those that have to wait
  std::uint64_t untold_ = 0;
};

class SharedRates {
 public:
  struct Rate {
    double burst = 1;
    double per_second = 1;
  };

  // `scope`: what is counted together ("rest-address"). References outlive it.
  SharedRates(http::EventLoop& loop, Redis& redis, std::string scope, Rate rate);

  // Who must not wait is let through, and counted. To be asked when the node's own rate allows it.
  bool take(const std::string& id, Instant now);
  void expose(metrics::Exposition& out) const;

 private:
  void tell();
  void tell(const SharedRateBook::Charge& charge, const std::string& burst,
            const std::string& per_second, const std::string& window);

  Redis& redis_;
  const std::string scope_;
  const Rate rate_;
  SharedRateBook book_;
  http::LoopTimer timer_;
  bool is_due_ = false;
  std::uint64_t refused_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace confab::redis
