// Whose password is hashed next. One address (of IPv6: one /64) has four under way at the most;
// what it asks for beyond waits in a line of its own, so that it holds a sixteenth of the worker's
// queue and no more, whatever it sends. At the end of its line it is refused. Loop thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "base/ip_prefix.h"

namespace confab::auth {

inline constexpr std::size_t kPasswordsOfOneMax = 4;
// An office where everybody signs in at nine, at 20 ms each. In all lines together as many as the
// worker has in its queue: some 2 kB each.
inline constexpr std::size_t kPasswordsInLineMax = 16;
inline constexpr std::size_t kPasswordsInLinesMax = 64;

class PasswordTurns {
 public:
  using Start = std::move_only_function<void()>;

  // Starts it now or later; false: never, and it is not kept.
  bool begin(const IpAddress& from, Start start) {
    const IpAddress peer = peer_of(from);
    Line& line = lines_[peer];
    if (line.under_way < kPasswordsOfOneMax) {
      ++line.under_way;
      start();
      return true;
    }
    if (line.waiting.size() >= kPasswordsInLineMax || waiting_ >= kPasswordsInLinesMax) {
      return false;
    }
    ++waiting_;
    line.waiting.push_back(std::move(start));
    return true;
  }
  // One that was started has come to its end.
  void end(const IpAddress& from) {
    const auto at = lines_.find(peer_of(from));
    Line& line = at->second;
    if (line.waiting.empty()) {
      if (--line.under_way == 0) lines_.erase(at);
      return;
    }
    Start next = std::move(line.waiting.front());
    line.waiting.pop_front();
    --waiting_;
    next();
  }
  std::size_t waiting() const { return waiting_; }

 private:
  struct Line {
    std::size_t under_way = 0;
    std::deque<Start> waiting;
  };

  std::map<IpAddress, Line> lines_;  // of those that have some under way
  std::size_t waiting_ = 0;
};

}  // namespace confab::auth
