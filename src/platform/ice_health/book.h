// Which of the STUN and TURN servers are there, and when to ask each the next time. Asks nobody
// itself: it says what to ask, and is told what came of it. Any thread, one at a time.
//
//          set_urls              no answer twice
//   (new) ---------> [answers] -----------------> [silent]
//                        ^                            |
//                        +----------------------------+
//                                  an answer
//
// A new server counts as there until it has been silent: a restart must not leave the first who
// join without a relay.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "platform/config/ice_url.h"

namespace confab::ice_health {

// Where to ask, and how: "turn:h:3478" and "stun:h:3478" are one.
struct Target {
  bool is_tcp = false;
  bool is_tls = false;
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Target&) const = default;
};

class Book {
 public:
  // A server that dies the moment after it answered is silent for the first time after kInterval,
  // for the second after kAgain: it is known to be gone within 2 + 1 + 0.5 + 1 s.
  static constexpr Duration kInterval = 2s;
  static constexpr Duration kAgain = 500ms;
  // For one answer, the connection and the look-up of the name included.
  static constexpr Duration kPatience = 1s;
  static constexpr int kSilencesToGo = 2;

  struct Output {
    enum class Kind : std::uint8_t { kAsk, kGone, kBack };
    Kind kind = Kind::kAsk;
    Target target;
  };

  // As configured; what is known of a server that stays is kept. One that is no URL is passed over.
  void set_urls(Instant now, std::span<const std::string> urls);
  // Exactly once for each kAsk.
  void handle_result(Instant now, const Target& target, bool is_there);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Until false, after each call above.
  bool poll(Output& out);

  // The URLs whose server is there, in the order given. Where no TURN server is, all TURN servers:
  // it may be us alone who do not reach them. STUN servers in the same way.
  std::vector<std::string> usable() const;
  // Every URL in turn, for /metrics.
  struct Entry {
    std::string_view url;
    bool is_there = true;
  };
  std::vector<Entry> entries() const;

 private:
  struct Server {
    Target target;
    int silences = 0;
    bool is_asked = false;  // an answer is outstanding
    Instant ask_at = kNever;
    bool is_there() const { return silences < kSilencesToGo; }
  };
  struct Url {
    std::string text;
    bool is_turn = false;
    Target target;
  };
  Server* find(const Target& target);
  bool is_there(const Target& target) const;

  std::vector<Url> urls_;
  std::vector<Server> servers_;
  std::vector<Output> outputs_;  // at most two for each server
};

}  // namespace confab::ice_health
