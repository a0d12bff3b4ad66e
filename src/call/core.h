// What the handlers share: the meetings, the connections, what the media plane was asked, and the
// ways to answer. One handler per event, found by overload (handlers/handlers.h).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "base/log.h"
#include "base/random.h"
#include "call/actions.h"
#include "call/address_rates.h"
#include "call/events.h"
#include "call/meeting.h"
#include "call/rate_limit.h"
#include "call/timers.h"

namespace confab::call {

// One live socket that has asked for something.
struct Connection {
  explicit Connection(Instant now)
      : limiter(now), answers(kAnswerRate, now), announcements(kAnnouncementRate, now) {}

  RequestLimiter limiter;
  TokenBucket answers;  // in bytes
  // Of whoever speaks through it; goes with the participant to the next connection.
  TokenBucket announcements;
  std::string code;           // of the meeting it is in; empty before
  ParticipantId participant;  // unset while its join waits
  WaitingId waiting;          // its place in the lobby of that meeting
};

// Who asks for what only some may do: in the meeting, or an operator who is not.
struct By {
  Meeting* meeting = nullptr;
  Participant* participant = nullptr;  // null: an operator
  bool is_host = false;                // or as good as one

  std::optional<Who> who() const;
};

// Who in which meeting a request came from. Null when the connection has not joined.
struct Asker {
  Meeting* meeting = nullptr;
  Participant* participant = nullptr;
  explicit operator bool() const { return participant != nullptr; }
};

// ---- what the media plane was asked, by what its answer leads to ----

struct OpeningRouter {};
// Nothing but the asker depends on the answer.
struct Relayed {
  Origin origin;
  // Measurements of others are taken out of the answer; unset: it is for who looks after the
  // server.
  std::optional<ParticipantId> only_of = {};
};
struct ConnectingTransport {
  Origin origin;
  TransportId transport;
};
struct MakingTransport {
  Origin origin;
  bool is_send = false;
};
// Both transports of a join that asked for them; the join is answered when both are there.
struct JoinInProgress {
  Origin origin;
  bool resumed = false;
  std::size_t missing = 2;
  std::optional<control::TransportCreated> send;
  std::optional<control::TransportCreated> receive;
};
struct MakingJoinTransport {
  std::shared_ptr<JoinInProgress> join;  // shared: two commands of one join, answered in any order
  bool is_send = false;
};
struct Producing {
  Origin origin;
  TransportId transport;
  Source source = Source::kCamera;
  bool paused = false;
  // What a host did to the source meanwhile.
  bool was_muted = false;
  bool was_stopped = false;
};
struct PuttingCapabilities {
  TransportId transport;
  ortc::CapabilitiesHash hash = 0;
};
struct Consuming {
  Origin origin;
  TransportId transport;
};
// Somebody was muted by somebody else.
struct Muting {
  ProducerId producer;
};

using MediaPurpose =
    std::variant<OpeningRouter, Relayed, ConnectingTransport, MakingTransport, MakingJoinTransport,
                 Producing, PuttingCapabilities, Consuming, Muting>;

struct MediaInFlight {
  std::string code;
  MeetingId meeting;
  ParticipantId participant;
  std::uint64_t media_epoch = 0;
  Timers::Key timer = 0;
  MediaPurpose purpose;
  TraceContext trace = {};
};

// A line that the store has not taken yet: nobody has heard it, and its sender waits.
struct SavingChat {
  std::vector<Origin> origins;  // more than one if it was sent again; none when they were told
  ChatMessage message;
  Timers::Key timer = 0;
};

// A host deletes what was said, and waits for the store.
struct DeletingMessage {
  Origin origin;
  MeetingId meeting;
  MessageId message;
};

// Somebody sets the password of a room, and waits for its hash.
struct HashingPassword {
  Origin origin;
  MeetingId meeting;
  std::optional<Who> by;
  ConnectionId asker;
};

// Three people who mistype; then one in ten seconds: ten thousand tries take a day.
inline constexpr Rate kWrongPasswordRate{10, 0.1};

struct Core {
  Core(const Options& o, Random& r, LogSink& l) : options(o), random(r), log(l) {}

  Options options;
  Random& random;
  LogSink& log;

  // Of the event being handled.
  Instant now{};
  std::int64_t unix_ms = 0;
  // Of the request that led to it, also by way of the store or the media plane.
  TraceContext trace;

  std::unordered_map<std::string, std::unique_ptr<Meeting>> meetings;  // by room code
  std::unordered_map<MeetingId, std::string> codes;
  std::unordered_map<ConnectionId, Connection> connections;
  std::unordered_map<control::RequestId, MediaInFlight> media;
  std::unordered_map<MessageId, SavingChat> saving;
  std::unordered_map<std::uint64_t, DeletingMessage> deleting;  // by number
  std::uint64_t last_deletion = 0;
  std::unordered_map<std::uint64_t, MeetingId> password_checks;  // by number
  std::unordered_map<std::uint64_t, HashingPassword> password_hashes;
  std::uint64_t last_password = 0;
  AddressRates wrong_passwords{kWrongPasswordRate};
  ortc::SharedCapabilities capabilities;
  Totals totals;
  Timers timers;
  std::deque<Action> actions;
  control::RequestId last_media_request = 0;
  std::uint64_t last_media_epoch = 0;
  std::uint64_t last_order = 0;

  // ---- finding ----
  Meeting* meeting(std::string_view code);
  Meeting* meeting(MeetingId id);
  Asker asker(ConnectionId connection);

  // ---- answering ----
  void reply(const Origin& origin, ReplyBody body);
  void refuse(const Origin& origin, ErrorCode code, std::string message);
  void refuse(const Origin& origin, const Error& error);
  void notify(std::vector<ConnectionId> to, Notice notice);

  // ---- media ----
  // Sends a command whose answer matters.
  void ask_media(Meeting& meeting, const Participant* participant, control::MediaRequest request,
                 MediaPurpose purpose);
  // Sends one whose answer does not: what it closes is gone for us already.
  void tell_media(MeetingId meeting, control::MediaRequest request);
};

// ---- steps that several handlers take (steps.cpp) ----

// Forgets a producer and who consumes it, and tells the others.
void remove_producer(Core& core, Meeting& meeting, Participant& owner, ProducerId id);
// Remembers what the participant's device can decode.
void learn_capabilities(Core& core, Participant& self, const ortc::RtpCapabilities& capabilities);
// Says to the media plane what the participant may do, before anything else of theirs.
void admit_to_media(Core& core, const Meeting& meeting, const Participant& participant);
// Makes a transport the participant's.
void add_transport(Meeting& meeting, Participant& owner, TransportId id, bool is_send);
// Forgets a transport with all it carries, and tells the others. The media plane is not told.
void remove_transport(Core& core, Meeting& meeting, Participant& owner, TransportId id);
// Closes all media of a participant, here and on the media plane; what is in flight comes too late.
void drop_media(Core& core, Meeting& meeting, Participant& owner);
// Out of the meeting, which closes if that was the last one.
void remove_participant(Core& core, Meeting& meeting, ParticipantId id, LeaveReason reason);
// Closes and forgets the meeting if nobody is in it or waits for it. `present`: who was in it until
// now, where all go at once.
void close_if_empty(Core& core, Meeting& meeting, std::vector<ParticipantId> present = {});
// Those whose join has not been decided on.
void refuse_waiting(Core& core, Meeting& meeting, const Error& error);
// Everybody inside is told, also those in the lobby, and the meeting is over. `is_for_good`: they
// are disconnected too.
void dissolve(Core& core, Meeting& meeting, const Notice& last_word, bool is_for_good);
// Nobody can be helped: everyone waiting is refused, everyone inside is told, the rest is freed.
void abandon_meeting(Core& core, Meeting& meeting, const Error& error);
// Asks the media plane for the router.
void open_router(Core& core, Meeting& meeting);
// The participant's socket speaks for it no more; a lost one is forgotten.
void release_connection(Core& core, const Participant& participant);
// The connection belongs to nobody; it may join again.
void unbind(Core& core, ConnectionId connection);
// A join that waits is called off.
void stop_waiting(Core& core, ConnectionId connection);
// Lets a join in as soon as the meeting is open.
void enter(Core& core, Meeting& meeting, WaitingJoin waiting);
// Lets a join in, now that the meeting is open, if it may come in.
void admit(Core& core, Meeting& meeting, const Origin& origin, Join join);

}  // namespace confab::call
