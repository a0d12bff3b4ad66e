// One blocking query, asked again and again: what Consul wants of a client that waits for changes
// (developer.hashicorp.com, "Blocking queries"), and what its agents were seen to do. Sans-IO.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/allowance.h"
#include "base/instant.h"

namespace confab::discovery::consul {

// How long to leave an agent alone that does not answer: 100 ms, twice that each time, at most 2 s:
// one that comes back is found within the 5 s that a part may be without it.
class Backoff {
 public:
  Duration next();
  void reset() { failures_ = 0; }

 private:
  unsigned failures_ = 0;
};

class Watch {
 public:
  //   kDue ──ask()──▶ kAsked ──answer──▶ kDue (at the pace of the bucket)
  //    ▲                 └────failure──▶ kDue (after a pause, from the beginning)
  // What an answer means:
  enum class News : std::uint8_t {
    kNone,    // nothing changed while we waited
    kSome,    // read the body
    kAfresh,  // read the body; the agent may have forgotten everything
  };

  // `path` without index and wait, with its query if it has one.
  explicit Watch(std::string path) : path_(std::move(path)) {}

  // What to ask now, once it is due.
  std::optional<std::string> ask(Instant now);
  // `index` is the header X-Consul-Index.
  News handle_answer(std::string_view index);
  void handle_failure(Instant now);
  Instant next_timeout() const;

  std::uint64_t index() const { return index_; }

  // Shorter than Consul's five minutes: an agent that froze is given up after it.
  static constexpr Duration kWait = 30s;
  // The agent adds up to a sixteenth to the wait.
  static constexpr Duration kPatience = kWait + kWait / 16 + 3s;

 private:
  const std::string path_;
  Backoff backoff_;
  // Services that change without end would have us ask without end.
  Allowance pace_{2, 1s};
  std::uint64_t index_ = 0;  // 0: do not wait
  bool is_asked_ = false;
  bool is_afresh_ = true;
  Instant not_before_{};
};

}  // namespace confab::discovery::consul
