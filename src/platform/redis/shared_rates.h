// Rates that nodes share, beside the one that each has by itself: what a node lets through it tells
// Redis a little later, and Redis says for how long whoever asked must wait, as far as all nodes
// together go. Nothing waits for that, so between two tellings as much gets through as each node's
// own rate lets; and where Redis is away there is that one alone.
//
// A token bucket for each, which is charged with what has passed already: below zero by ten bursts
// at the most, as ten nodes have at once. Loop thread.
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

struct SharedRate {
  double burst = 1;
  double per_second = 1;
};

// How much each has had since it was last told, and who has to wait. No clock, no socket.
//
//   free ──Redis: wait──▶ waiting ──the wait is over──▶ paced ──as full as a new one──▶ free
//
// Whoever had to wait begins with nothing here, and has no burst before what all have let through
// too much is made up for, though their own bucket on each node filled up meanwhile: else all nodes
// would let that much through before the next telling, again and again.
class SharedRateBook {
 public:
  // Beyond them nothing is shared until others are forgotten: some 150 bytes each.
  static constexpr std::size_t kIdsMax = 10'000;
  // No answer of Redis holds anybody up for longer than that, or until the next one.
  static constexpr Duration kWaitMax = 10s;
  // What Redis says holds for whom this node itself has given more than that part of the rate:
  // whatever becomes of Redis, it stops nobody who asks for little.
  static constexpr double kNoticed = 0.01;

  struct Charge {
    std::string id;
    std::uint32_t count = 0;
  };

  explicit SharedRateBook(SharedRate rate) : rate_(rate) {}

  // Whether it may, as far as was told.
  bool may(const std::string& id, Instant now) const;
  // One was let through.
  void note(const std::string& id, Instant now);
  std::vector<Charge> take_charges();
  void answered(const std::string& id, Duration wait, Instant now);
  // Could not be told.
  void lost(const Charge& charge) { untold_ += charge.count; }
  std::uint64_t untold() const { return untold_; }

 private:
  struct Entry {
    std::uint32_t untold = 0;  // since it was last told
    double used = 0;           // of this node lately
    Instant used_at{};
    bool is_paced = false;
    Instant until{};  // it waits
    // All nodes together have let through too much: until then a second's worth at once.
    Instant owed_until{};
    double spare = 0;  // when the wait is over
    Instant spare_at{};
  };

  double used(const Entry& entry, Instant now) const;
  double spare(const Entry& entry, Instant now) const;
  bool is_idle(const Entry& entry, Instant now) const;
  void forget_idle(Instant now);

  const SharedRate rate_;
  std::unordered_map<std::string, Entry> entries_;
  std::uint64_t untold_ = 0;
  Instant forget_at_{};
};

class SharedRates {
 public:
  // `scope`: what is counted together ("rest-address"). References outlive it.
  SharedRates(http::EventLoop& loop, Redis& redis, std::string scope, SharedRate rate);

  // Who must not wait is let through, and counted. To be asked when the node's own rate allows it.
  bool take(const std::string& id, Instant now);
  void expose(metrics::Exposition& out) const;

 private:
  void tell();
  void tell(const SharedRateBook::Charge& charge, const std::string& burst,
            const std::string& per_second, const std::string& window);

  Redis& redis_;
  const std::string scope_;
  const SharedRate rate_;
  SharedRateBook book_;
  http::LoopTimer timer_;
  bool is_due_ = false;
  std::uint64_t refused_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace confab::redis
