// What a meeting hears: requests of clients, what became of their connections, and the answers of
// the store and the media plane. One struct per kind; each has its own handler in handlers/.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/error.h"
#include "base/net.h"
#include "call/client_report.h"
#include "call/types.h"
#include "control/media.h"

namespace confab::call {

// ---- requests, each answered by exactly one Reply ----

struct Join {
  std::string room;          // the code, in any spelling
  std::string name;          // may be empty if `resume` is there
  bool is_nameless = false;  // it was, and is the token's
  std::optional<ResumeClaims> resume;
  // A host key of the older kind, which the server signed, was shown and is right. Counts in rooms
  // that know of no other.
  bool is_host = false;
  std::string host_key_hash = {};  // of the host key that was shown; empty: none
  std::string password = {};       // as shown; empty: none
  bool is_password_right = false;  // it was looked at
  bool must_own = false;           // guests are not wanted here: the host key alone lets them in
  std::string device = {};         // the browser, as a hash; may be empty
  std::string knock = {};          // of the place in the lobby; may be empty
  std::optional<Grant> grant = {};
  bool keep_media = false;
  bool wants_transports = false;
  std::optional<ortc::RtpCapabilities> rtp_capabilities;
  std::string alias;  // see Who
  IpAddress from;     // for its share of the room
  // Chosen by the client, the same when it asks again since no answer came; may be empty.
  std::string attempt;
};
struct Leave {};
struct GetState {};
// Earlier lines of the chat than those at hand.
struct GetChat {
  std::optional<MessageId> before;
};
struct CreateTransport {
  control::TransportDirection direction = control::TransportDirection::kSend;
};
struct ConnectTransport {
  TransportId transport;
  ortc::DtlsParameters dtls;
};
struct RestartIce {
  TransportId transport;
};
struct CloseTransport {
  TransportId transport;
};
struct Produce {
  TransportId transport;
  Source source = Source::kCamera;
  ortc::RtpParameters rtp_parameters;
  bool paused = false;
};
struct SetProducerPaused {
  ProducerId producer;
  bool paused = false;
};
struct CloseProducer {
  ProducerId producer;
};
struct Consume {
  TransportId transport;
  ProducerId producer;
  std::optional<ortc::RtpCapabilities> rtp_capabilities;  // nothing: as last given
};
struct SetConsumerPaused {
  ConsumerId consumer;
  bool paused = false;
};
struct SetPreferredLayers {
  ConsumerId consumer;
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  std::uint8_t priority = 0;
};
// How media gets to and from the participant who asks.
struct GetStats {};
struct CloseConsumer {
  ConsumerId consumer;
};
struct SendChat {
  std::string text;
  std::optional<std::string> to;     // a participant id or an alias
  std::optional<MessageId> id = {};  // the same when it is sent again since no answer came
};
struct SetHand {
  bool raised = false;
};
struct SetName {
  std::string name;
};
struct SendReport {
  ClientReport report;
};

// ---- what hosts and cohosts ask for, or an operator by REST ----

struct MuteParticipant {
  ParticipantId participant;
  Source source = Source::kMicrophone;
};
struct MuteAll {};
struct AskToUnmute {
  ParticipantId participant;
  Source source = Source::kMicrophone;
};
struct StopSource {
  ParticipantId participant;
  Source source = Source::kCamera;
};
struct LowerHand {
  ParticipantId participant;
};
struct LowerHands {};
struct RemoveParticipant {
  ParticipantId participant;
};
struct BanParticipant {
  ParticipantId participant;
};
struct ListBans {};
struct LiftBan {
  BanId ban;
};
struct SetRole {
  ParticipantId participant;
  Role role = Role::kMember;
};
// What is not named stays.
struct SetRoom {
  std::optional<std::string> title = {};
  std::optional<bool> has_lobby = {};
  std::optional<bool> may_unmute = {};
  std::optional<bool> may_share = {};
  std::optional<bool> may_chat = {};
};
struct SetLock {
  bool is_locked = false;
};
struct SetPassword {
  std::string password;   // empty: none from now on
  std::string hash = {};  // of a password, by who has made it already: in force at once
};
struct AdmitWaiting {
  WaitingId waiting;
};
struct DenyWaiting {
  WaitingId waiting;
};
struct AdmitAll {};
struct WriteToLobby {
  std::string text;
  std::optional<WaitingId> to = {};  // nothing: to all who wait
};
struct EndMeeting {};
struct ListPeople {};
// Of what was said to all.
struct DeleteMessage {
  MessageId message;
};

using Request =
    std::variant<Join, Leave, GetState, GetChat, CreateTransport, ConnectTransport, RestartIce,
                 CloseTransport, Produce, SetProducerPaused, CloseProducer, Consume,
                 SetConsumerPaused, SetPreferredLayers, GetStats, CloseConsumer, SendChat, SetHand,
                 SetName, MuteParticipant, MuteAll, AskToUnmute, StopSource, LowerHand, LowerHands,
                 RemoveParticipant, BanParticipant, ListBans, LiftBan, SetRole, SetRoom, SetLock,
                 SetPassword, AdmitWaiting, DenyWaiting, AdmitAll, WriteToLobby, EndMeeting,
                 ListPeople, SendReport, DeleteMessage>;

struct ClientRequest {
  Origin origin;
  Request request;
};

// The same by somebody who is not in the meeting: answered by a Reply whose origin has no
// connection and this number. `is_admin` is what whoever checks credentials found out.
struct OperatorRequest {
  RequestNumber number = 0;
  std::string code;
  bool is_admin = false;
  Request request;
  TraceContext trace = {};
};

// Somebody who looks after the server wants to see what goes through the media of a meeting, or
// of one in it. Answered like an OperatorRequest, with control::MeetingStats.
struct MediaLook {
  RequestNumber number = 0;
  MeetingId meeting;
  std::optional<ParticipantId> participant;
  TraceContext trace = {};
};

// ---- connections; one need not be announced, its first request does ----

// The socket is gone but may come back: the grace period starts.
struct ConnectionLost {
  ConnectionId connection;
};
// The same socket is back (Socket.IO's connection state recovery).
struct ConnectionRecovered {
  ConnectionId connection;
};
// The client said goodbye, or was thrown out: it leaves at once.
struct ConnectionClosed {
  ConnectionId connection;
};

// What its participant was let in by is worth nothing any more: out, without being banned.
struct GrantRevoked {
  ConnectionId connection;
};

// The page that holds the connection is going away: for good, or to be loaded anew. Says nothing of
// a participant who is here by another connection by now.
struct PageClosing {
  ConnectionId connection;
  ParticipantId participant;  // unset: its first join was not answered yet, and `attempt` names it
  std::string attempt;
};
// It was loaded anew and is on its way back.
struct PageReturning {
  ConnectionId connection;
  ParticipantId participant;
};

// ---- the store's answers ----

struct RoomLoaded {
  std::string code;
  Result<std::optional<Room>> room;
};
struct ChatSaved {
  MeetingId meeting;
  MessageId message;
  Result<void> saved;
};
struct MessageDropped {
  std::uint64_t number = 0;
  Result<bool> dropped;  // false: there was none
};

// ---- the answers of who computes slow hashes ----

struct PasswordChecked {
  std::uint64_t number = 0;
  Result<bool> is_right;
};
struct PasswordHashed {
  std::uint64_t number = 0;
  Result<std::string> hash;  // empty: the password is taken away
};

// A room was changed by somebody who is not in it, and the store has it.
struct RoomChanged {
  std::string code;
  RoomSettings settings;
};
struct RoomDeleted {
  std::string code;
};
// The store has let go of a line that was said to all, asked past the meeting: by somebody who saw
// none. One may be loading the room since before.
struct MessageGone {
  std::string code;
  MessageId message;
};
// What hosts decided about it can not be written down just now, or is again.
struct RoomUnkept {
  std::string code;
  bool is_unkept = false;
};

// The server is about to stop in an orderly way.
struct ServerStopping {
  Duration reconnect_in = 1s;
};

using Event = std::variant<ClientRequest, OperatorRequest, MediaLook, ConnectionLost,
                           ConnectionRecovered, ConnectionClosed, GrantRevoked, PageClosing,
                           PageReturning, RoomLoaded, ChatSaved, MessageDropped, PasswordChecked,
                           PasswordHashed, RoomChanged, RoomDeleted, RoomUnkept, MessageGone,
                           ServerStopping, control::MediaCompletion, control::MediaEvent>;

}  // namespace confab::call
