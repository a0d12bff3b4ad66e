// A media node's side of its links: whose meetings it has, which commands have been carried out
// already, and what each owner has not heard yet. Owners come back on other streams and find all of
// it again; one that does not is forgotten after a while, with its meetings. Sans-IO; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "control/session/messages.h"
#include "control/session/peer_clock.h"
#include "control/session/timing.h"

namespace confab::control {

class MediaDesk {
 public:
  using StreamId = std::uint64_t;  // chosen by who has the streams; never used again

  enum class CloseReason : std::uint8_t {
    kMalformed,  // it does not keep to the protocol
    kVersion,    // it speaks no version or codec of ours
    kFull,       // there are too many owners
    kReplaced,   // the same process came on another stream
    kSilent,
    kOverflow,  // more than it takes was to be said to it
  };

  // ---- what it wants done ----
  struct SendTo {
    StreamId stream = 0;
    FromMedia message;
  };
  // No stream_closed() follows.
  struct CloseStream {
    StreamId stream = 0;
    CloseReason reason = CloseReason::kMalformed;
    std::string why;
  };
  // Carry it out; the answer is handed to completed(). Its id is the desk's own.
  using Execute = MediaCommand;
  using Output = std::variant<SendTo, CloseStream, Execute>;

  // `self.is_resumed` and `self.version` are said to each owner as they are for it.
  MediaDesk(MediaHello self, Instant now, LinkTiming timing = {}, Versions versions = {});

  // ---- of the streams ----
  // Whoever does not greet is not waited for.
  void stream_opened(Instant now, StreamId stream);
  void handle(Instant now, StreamId stream, ToMedia message);
  void stream_closed(Instant now, StreamId stream);
  // ---- of the media plane ----
  void completed(Instant now, MediaCompletion completion);
  void happened(Instant now, MediaEvent event);
  // For the next beats; `lag` is the desk's own to measure.
  void set_transports(std::uint32_t transports) { load_.transports = transports; }
  // Said to everybody at once.
  void set_draining(Instant now, bool is_draining, bool is_leaving);

  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Drain it after each of the above.
  bool poll(Output& out);

  // ---- what there is ----
  const Load& load() const { return load_; }
  std::size_t meetings() const { return meetings_.size(); }
  std::size_t owners() const { return owners_.size(); }
  struct Listed {
    MeetingId meeting;
    Epoch epoch = 0;
    std::uint16_t node = 0;  // of its owner
    Boot boot = 0;
    bool is_connected = false;
  };
  // The meetings after that one, in the order of their ids; `limit` of them at the most.
  std::vector<Listed> list(const MeetingId& after, std::size_t limit) const;
  // Nothing if there is no such meeting.
  std::optional<Listed> find(const MeetingId& meeting) const;
  struct Counts {
    std::uint64_t commands = 0;
    std::uint64_t commands_late = 0;   // not begun: nobody waited for them any more
    std::uint64_t commands_again = 0;  // answered from memory, or on their way already
    std::uint64_t streams_refused = 0;
    std::uint64_t streams_silent = 0;
    std::uint64_t owners_overflowed = 0;
    std::uint64_t owners_forgotten = 0;  // that did not come back
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Kept {
    MeetingId meeting;
    std::optional<MediaCompletion> result;  // nothing: it is being carried out
    Instant until = kNever;
  };
  struct Owner {
    std::uint16_t node = 0;
    Boot boot = 0;
    std::optional<StreamId> stream;
    Instant last_heard{};
    PeerClock clock;
    Instant forget_at = kNever;  // while it has no stream
    std::map<RequestId, Kept> requests;
    std::deque<NumberedEvent> unheard;
    std::uint64_t last_event = 0;
    std::unordered_map<MeetingId, Epoch> meetings;
  };
  struct InWork {
    Boot owner = 0;
    RequestId id = 0;
  };

  void on(Instant now, StreamId stream, const OwnerHello& hello);
  void on(Instant now, Owner& owner, MediaCommand& command);
  void on(Instant now, Owner& owner, const Ack& ack);
  void on(Instant now, Owner& owner, const Beat& beat);
  void on(Instant, Owner&, const OwnerHello&) {}  // the other on() has it

  struct Objection {
    CloseReason reason = CloseReason::kVersion;
    std::string why;
  };
  std::optional<Objection> objection(const OwnerHello& hello) const;
  void refuse(StreamId stream, CloseReason reason, std::string why);
  void close_silent(Instant now);
  void greet(Owner& owner, std::uint32_t version, bool is_resumed);
  void replace_boots_before(Instant now, const Owner& owner);
  bool may_command(const Owner& owner, const MediaCommand& command) const;
  void take_over(Owner& owner, const MediaCommand& command);
  void answer(Instant now, Owner& owner, MediaCompletion completion);
  void keep(Instant now, Owner& owner, const MediaCompletion& completion);
  void detach(Instant now, Owner& owner);
  void close(Instant now, Owner& owner, CloseReason reason, std::string why);
  void forget(Boot boot);
  void beat(Owner& owner);
  Owner* owner_on(StreamId stream);

  const MediaHello self_;
  const LinkTiming timing_;
  const Versions versions_;
  std::deque<Output> outputs_;
  std::unordered_map<Boot, Owner> owners_;
  std::unordered_map<StreamId, Boot> streams_;
  std::unordered_map<StreamId, Instant> ungreeted_;  // since when
  std::unordered_map<MeetingId, Boot> meetings_;
  std::unordered_map<RequestId, InWork> in_work_;
  RequestId last_id_ = 0;
  std::uint64_t last_beat_ = 0;
  Instant beat_due_;
  Load load_;
  Counts counts_;
};

}  // namespace confab::control
