// The meetings of one server: who is in them, who sends and hears what, what was said. Sans-IO: it
// is handed events and the time, and hands back actions and when it wants to be woken.
//
//   Join ─▶ is the room in memory? ─no─▶ LoadRoom ─▶ OpenMeeting ─▶ admitted, Reply
//                 └────────────────yes──────────────────────────────▶ admitted, Reply
//   last one leaves ─▶ CloseMeeting, the room is forgotten (the store still has it)
//
// One thread. After each handle_*() drain poll() before the next (checked in debug builds).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/log.h"
#include "base/random.h"
#include "call/actions.h"
#include "call/events.h"
#include "call/sight.h"
#include "call/types.h"

namespace confab::call {

struct Core;

// How much is held; all zero when everyone has left.
struct Counts {
  std::size_t meetings = 0;
  std::size_t participants = 0;
  std::size_t connections = 0;
  std::size_t transports = 0;
  std::size_t producers = 0;
  std::size_t consumers = 0;
  std::size_t requests_in_flight = 0;
  bool operator==(const Counts&) const = default;
};

class Call {
 public:
  // `random` and `log` outlive the Call.
  Call(const Options& options, Random& random, LogSink& log);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // `unix_ms` is the wall clock, for what people are shown; timers go by `now`.
  void handle_event(Instant now, std::int64_t unix_ms, Event event);
  void handle_timeout(Instant now, std::int64_t unix_ms);
  // kNever if nothing is due.
  Instant next_timeout() const;
  // The next thing to do; false when there is none.
  bool poll(Action& action);

  // For those who come, and what is asked, from now on; nobody inside loses anything.
  void set_options(const Options& options);

  Counts counts() const;
  const Totals& totals() const;
  // Those that somebody is in.
  std::vector<RoomId> rooms() const;
  // How many are in a room now; 0 for one that nobody is in.
  std::size_t participants_in(std::string_view code) const;
  // Whether that meeting is on in the room, and they are in it.
  bool is_in(std::string_view code, MeetingId meeting, ParticipantId who) const;
  // As its meeting has them, or nullptr where there is none; until the next event.
  const RoomSettings* settings_in(std::string_view code) const;
  // ---- for whoever looks after the server (sight.cpp) ----
  // By their ids, those that come after `after`; `count` at the most.
  std::vector<MeetingSight> meetings_after(MeetingId after, std::size_t count) const;
  std::optional<MeetingSight> meeting(MeetingId id) const;
  // In the order in which they came, those after `after` (PersonSight::order): `count` at the most,
  // and no more once together they have `streams_max` streams; one in any case.
  std::vector<PersonSight> people_after(MeetingId id, std::uint64_t after, std::size_t count,
                                        std::size_t streams_max) const;
  std::optional<PersonSight> person(MeetingId id, ParticipantId participant) const;

  // What must hold between events; for tests and debug builds.
  bool is_consistent() const;

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace confab::call
