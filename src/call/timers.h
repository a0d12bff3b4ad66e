// The deadlines of all meetings, soonest first, each with what it is for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "base/ids.h"
#include "base/instant.h"
#include "call/actions.h"
#include "control/media.h"

namespace confab::call {

struct GraceOver {
  std::string code;
  ParticipantId participant;
  LeaveReason reason = LeaveReason::kTimeout;
};
struct StatesDue {
  std::string code;
  ParticipantId participant;
};
struct StoreLate {
  std::string code;
};
struct ChatLate {
  MessageId message;
};
struct MediaLate {
  control::RequestId request = 0;
};
struct ReopenDue {
  std::string code;
  MeetingId meeting;
};
// Who waits has been without a connection for too long.
struct LobbyGraceOver {
  std::string code;
  WaitingId waiting;
};
using Timer =
    std::variant<GraceOver, StatesDue, StoreLate, ChatLate, MediaLate, ReopenDue, LobbyGraceOver>;

class Timers {
 public:
  using Key = std::uint64_t;  // never 0

  Key add(Instant when, Timer timer) {
    const Key key = ++last_;
    due_.emplace(std::pair{when, key}, std::move(timer));
    when_.emplace(key, when);
    return key;
  }
  // Does nothing for 0 and for one that has fired.
  void cancel(Key key) {
    const auto it = when_.find(key);
    if (it == when_.end()) return;
    due_.erase({it->second, key});
    when_.erase(it);
  }
  Instant next() const { return due_.empty() ? kNever : due_.begin()->first.first; }
  std::optional<Timer> pop_due(Instant now) {
    if (next() > now) return std::nullopt;
    auto node = due_.extract(due_.begin());
    when_.erase(node.key().second);
    return std::move(node.mapped());
  }
  bool empty() const { return due_.empty(); }

 private:
  Key last_ = 0;
  std::map<std::pair<Instant, Key>, Timer> due_;
  std::unordered_map<Key, Instant> when_;
};

}  // namespace confab::call
