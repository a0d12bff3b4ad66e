// An owner's side of its link to one media node: pairs commands with answers within a deadline,
// brings both over the loss of a stream without doing anything twice, and notices when the node is
// dead, frozen, or another process than before. Sans-IO; one thread.
//
//   kApart ──OpenStream──▶ kGreeting ──MediaHello──▶ kUp ◀──heard──┐
//     ▲ after a while          │ closed, or silent    │ 1.5 s silent│
//     │                        │                      ▼             │
//     └────────────────────────┴─────── closed ◀── kSuspect ────────┘
//
// From kUp and kSuspect a closed stream keeps what is known of the node's boot for
// `dead_after_break`; two seconds of silence, or another boot, do not: NodeLost, and MeetingLost
// for every meeting there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/instant.h"
#include "control/session/messages.h"
#include "control/session/timing.h"

namespace confab::control {

class OwnerSession {
 public:
  enum class State : std::uint8_t { kApart, kGreeting, kUp, kSuspect };

  // ---- what it wants done ----
  // Answered by stream_opened() or stream_closed().
  struct OpenStream {};
  // No stream_closed() follows.
  struct CloseStream {
    std::string why;
    bool is_refusal = false;  // it is no node for us, and trying again will not help
  };
  struct Send {
    ToMedia message;
  };
  // ---- what has happened ----
  struct NodeUp {
    MediaHello hello;
    bool is_new = true;  // false: the same as before, after a break
  };
  struct NodeLost {
    std::string why;
  };
  struct LoadChanged {
    Load load;
  };
  using Output = std::variant<OpenStream, CloseStream, Send, NodeUp, NodeLost, LoadChanged,
                              MediaCompletion, MediaEvent>;

  OwnerSession(OwnerHello self, Instant now, LinkTiming timing = {});

  // Ids increase from one to the next. Each is answered by one MediaCompletion, by its deadline or
  // within LinkTiming::answer. Refused at once while the node is not there, and when too many wait,
  // but for those that must be done.
  void send(Instant now, MediaCommand command);

  void stream_opened(Instant now);
  void stream_closed(Instant now, std::string why);
  void handle(Instant now, FromMedia message);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Drain it after each of the above.
  bool poll(Output& out);

  State state() const { return state_; }
  // May a new meeting go there?
  bool is_open_to_meetings() const {
    return state_ == State::kUp && !load_.is_draining && !load_.is_leaving;
  }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t meetings() const { return meetings_.size(); }

 private:
  struct Waiting {
    MediaCommand command;
    Instant deadline{};
  };

  void on(Instant now, MediaHello& hello);
  void on(Instant now, MediaCompletion& result);
  void on(Instant now, NumberedEvent& event);
  void on(Instant now, Beat& beat);

  void set_state(State state) { state_ = state; }
  std::optional<std::string> objection(const MediaHello& hello) const;
  void refuse_node(Instant now, std::string why);
  void greet_as_new(const MediaHello& hello);
  void break_off(Instant now, const std::string& why);
  void give_up(Instant now, const std::string& why);
  // Everything there is void; its meetings are closed if that process should come back.
  void lose(const std::string& why);
  void lose_meetings(const std::string& why);
  void refuse(const MediaCommand& command, ErrorCode code, std::string why);
  void note(const MediaCommand& command);
  void discard(const MediaCompletion& late);
  void close(const MeetingId& meeting, Epoch epoch, MediaRequest request);
  void acknowledge();
  void expire_waiting(Instant now);
  void forgive(Duration stood_still);
  bool is_linked() const { return state_ == State::kUp || state_ == State::kSuspect; }

  const OwnerHello self_;
  const LinkTiming timing_;
  State state_ = State::kApart;
  std::deque<Output> outputs_;

  // Of the process at the other end; nothing while none is known.
  std::optional<Boot> boot_;
  Instant give_up_at_ = kNever;  // while its stream is broken
  Load load_;
  std::uint64_t last_event_ = 0;
  std::uint64_t acked_event_ = 0;
  RequestId acked_settled_ = 0;
  RequestId highest_ = 0;
  std::map<RequestId, Waiting> waiting_;  // in the order in which they were sent
  // Answered with kTimeout; what they made is closed when it is heard of.
  std::map<RequestId, Epoch> late_;  // the oldest goes where there are too many
  std::unordered_map<MeetingId, Epoch> meetings_;

  // The last process that was given up, and what it may still have.
  std::optional<Boot> lost_boot_;
  std::unordered_map<MeetingId, Epoch> lost_meetings_;

  Instant retry_at_ = kNever;
  Duration retry_after_;
  Instant last_heard_{};
  Instant beat_due_ = kNever;
  std::uint64_t last_beat_ = 0;
  RequestId last_own_;
};

}  // namespace confab::control
