// Keeps this process in the agent's books: registers, beats, registers again when the agent has
// forgotten it, drains, leaves. Sans-IO.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "platform/discovery/consul/watch.h"
#include "platform/discovery/discovery.h"

namespace confab::discovery::consul {

class Registrar {
 public:
  //            register: 200                        drained while present
  //   kAbsent ───────────────▶ kPresent ◀─┐ beat 200   ┌──▶ maintenance, then as before
  //      ▲    beat: unknown id    │ └─────┘────────────┘
  //      └────────────────────────┘
  //   any, after leave(): kLeaving ──deregistered, or tried──▶ kGone
  enum class State : std::uint8_t { kAbsent, kPresent, kLeaving, kGone };

  struct Put {
    std::string path;
    std::string body;
    bool operator==(const Put&) const = default;
  };

  explicit Registrar(Registration registration);

  void drain(Instant now);
  void leave(Instant now);

  // What to ask of the agent now. One question at a time.
  std::optional<Put> ask(Instant now);
  // status 0: there was no answer.
  void handle_answer(Instant now, unsigned status);
  Instant next_timeout() const;

  State state() const { return state_; }
  std::uint64_t registrations() const { return registrations_; }

  // A third of the TTL's ten seconds: two may be lost.
  static constexpr Duration kBeat = 3s;
  static constexpr Duration kPatience = 2s;

 private:
  enum class Question : std::uint8_t { kRegister, kBeat, kMaintenance, kDeregister };

  std::optional<Question> due(Instant now) const;

  const Registration registration_;
  State state_ = State::kAbsent;
  std::optional<Question> asked_;
  Backoff backoff_;
  Instant next_{};
  bool is_draining_ = false;
  bool is_in_maintenance_ = false;
  std::uint64_t registrations_ = 0;
};

}  // namespace confab::discovery::consul
