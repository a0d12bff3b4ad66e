// What a meeting wants done: answers and notices to sockets, commands to the media plane, requests
// to the store. Whoever owns the Call carries them out in the order given.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "call/chat_history.h"
#include "call/client_report.h"
#include "call/types.h"
#include "control/media.h"

namespace confab::call {

// ---- the results of requests ----

struct Done {};
// The meeting as one participant may see it.
struct State {
  std::string room;  // the code as we spell it
  ParticipantInfo self;
  std::vector<ParticipantInfo> participants;  // the others, oldest first
  ChatPage chat;                              // the last of it
  std::vector<MessageId> deleted;             // the last that are gone from the chat
  std::vector<Speaker> speakers;
  ortc::RtpCapabilities router_capabilities;
  RoomSettings settings;
  Permits permits;
  std::optional<std::vector<Waiting>> lobby;  // for those who may let people in
};
struct JoinedMeeting {
  MeetingId meeting;
  bool resumed = false;
  bool media_kept = false;
  std::uint64_t token_generation = 0;  // of the resume token to be signed
  State state;
  std::vector<TransportInfo> own_transports;  // if media_kept
  std::vector<ConsumerInfo> own_consumers;
  std::optional<control::TransportCreated> send_transport;  // if asked for
  std::optional<control::TransportCreated> receive_transport;
};
// The other answer to a join: it waits to be let in.
struct InLobby {
  std::string room;
  std::string title;
  Waiting waiting;
  std::string knock;
  std::optional<LobbyMessage> message;  // what was last said to all who wait
};
struct ProducerMade {
  ProducerId producer;
  bool paused = false;  // also where it was asked for otherwise: muted stays muted
};
struct ConsumerMade {
  std::string room;
  control::Consumed consumed;
  Who publisher;
  Source source = Source::kCamera;
};
struct ChatAccepted {
  ChatMessage message;
};
struct HandChanged {
  std::optional<std::int64_t> since_ms;
};
struct NameChanged {
  std::string room;
  ParticipantId participant;
  std::string name;
  std::uint64_t token_generation = 0;
};
// For whoever adds reports up; the client hears that it was taken.
struct ReportTaken {
  ClientReport report;
};
// How many it was done to.
struct Counted {
  std::size_t count = 0;
};
struct SettingsChanged {
  RoomSettings settings;
};
struct Banned {
  BanId ban;
};
struct BanList {
  std::vector<Ban> bans;  // newest first
};
struct People {
  std::vector<ParticipantInfo> participants;  // oldest first
  std::vector<Waiting> lobby;
};

using ReplyBody = std::variant<Done, State, JoinedMeeting, InLobby, control::TransportCreated,
                               control::IceRestarted, ProducerMade, ConsumerMade, ChatAccepted,
                               ChatPage, HandChanged, NameChanged, Counted, SettingsChanged, Banned,
                               BanList, People, ReportTaken, control::MeetingStats>;

struct Reply {
  Origin origin;
  Result<ReplyBody> result;
};

// ---- what others are told ----

enum class LeaveReason : std::uint8_t { kLeft, kTimeout, kRemoved };

struct ParticipantJoined {
  ParticipantInfo participant;
};
struct ParticipantLeft {
  Who who;
  LeaveReason reason = LeaveReason::kLeft;
};
struct ParticipantUpdated {
  ParticipantInfo participant;
};
struct ConnectionChanged {
  Who who;
  bool is_connected = true;
};
struct ProducerAdded {
  Who who;
  ProducerInfo producer;
};
struct ProducerPauseChanged {
  Who who;
  ProducerInfo producer;
};
struct ProducerRemoved {
  Who who;
  ProducerInfo producer;
};
struct ConsumerRemoved {
  ConsumerId consumer;
  ProducerId producer;
};
// What is sent of a track became another, and why.
struct QualityChanged {
  ConsumerId consumer;
  control::LayerStats layers;
};
struct ChatPosted {
  ChatMessage message;
};
// By a host: whoever shows it takes it away.
struct ChatDeleted {
  MessageId message;
};
struct SpeakersChanged {
  std::vector<Speaker> speakers;
};
struct TransportChanged {
  TransportId transport;
  control::TransportState state = control::TransportState::kNew;
  std::string reason;
};
struct MediaLost {
  std::string reason;
  ortc::RtpCapabilities router_capabilities;
};
// The media plane could not be had again: there is nothing left to come back to.
struct MeetingClosed {};
struct SessionReplaced {};
struct ServerRestarting {
  Duration reconnect_in{};
};

// ---- what hosts did; `by` is nothing where it was an operator ----

// To the one whose role or permits somebody changed.
struct SelfUpdated {
  ParticipantInfo self;
  Permits permits;
  std::optional<std::vector<Waiting>> lobby;
};
struct RoomUpdated {
  RoomSettings settings;
  std::optional<Who> by;
};
// To those who lead: what they decide holds while the meeting goes on, and is written down when the
// database is back; or it is now.
struct DecisionsUnkept {
  bool is_unkept = false;
};
enum class ModerationKind : std::uint8_t { kMute, kStop, kLowerHand };
// To the one it was done to.
struct Moderated {
  ModerationKind kind = ModerationKind::kMute;
  std::optional<Source> source;
  std::optional<Who> by;
};
struct UnmuteAsked {
  Source source = Source::kMicrophone;
  std::optional<Who> by;
};
struct Removed {
  bool is_banned = false;
  std::optional<Who> by;
};
struct MeetingEnded {
  std::optional<Who> by;
};
// To those who may let people in.
struct LobbyKnocked {
  Waiting waiting;
};
enum class LobbyOutcome : std::uint8_t { kAdmitted, kDenied, kLeft };
struct LobbyLeft {
  WaitingId waiting;
  LobbyOutcome outcome = LobbyOutcome::kLeft;
};
// To who waits.
struct LobbyAdmitted {};
struct LobbyDenied {};

using Notice =
    std::variant<ParticipantJoined, ParticipantLeft, ParticipantUpdated, ConnectionChanged,
                 ProducerAdded, ProducerPauseChanged, ProducerRemoved, ConsumerRemoved, ChatPosted,
                 SpeakersChanged, TransportChanged, MediaLost, MeetingClosed, SessionReplaced,
                 ServerRestarting, SelfUpdated, RoomUpdated, DecisionsUnkept, Moderated,
                 UnmuteAsked, Removed, MeetingEnded, LobbyKnocked, LobbyLeft, LobbyAdmitted,
                 LobbyDenied, LobbyMessage, QualityChanged, ChatDeleted>;

// Some of the connections may be lost ones within their grace: Socket.IO keeps what they miss.
struct Notify {
  std::vector<ConnectionId> to;  // never empty
  Notice notice;
};

// The socket is to be closed after what was sent to it before.
struct Disconnect {
  ConnectionId connection;
};

// ---- to the store ----

// Answered by RoomLoaded with the same code; with the last `chat_history` messages.
struct LoadRoom {
  std::string code;
};
// Answered by ChatSaved with the same ids.
struct SaveChat {
  RoomId room;
  std::string code;
  MeetingId meeting;
  ChatMessage message;
};
struct SaveToken {
  RoomId room;
  std::string code;
  TokenIssue issue;
};

struct SaveSettings {
  RoomId room;
  std::string code;
  RoomSettings settings;
};
// Takes the place of what was remembered of the same subject.
struct SavePerson {
  RoomId room;
  std::string code;
  RegisterEntry entry;
};
// Forgets whoever was banned by it.
struct DropBan {
  RoomId room;
  std::string code;
  BanId ban;
};

// Forgets what was said to all, also what the meeting does not have any more. Answered by
// MessageDropped with the same number.
struct DropMessage {
  std::uint64_t number = 0;
  std::string code;
  MessageId message;
};

// ---- to who computes slow hashes ----

// Answered by PasswordChecked with the same number.
struct CheckPassword {
  std::uint64_t number = 0;
  std::string hash;
  std::string password;
};
// Answered by PasswordHashed with the same number.
struct HashPassword {
  std::uint64_t number = 0;
  ConnectionId connection;  // whose host asks
  std::string password;
};

// ---- to whoever keeps books of what happens ----

// The producers of who leaves, and those who are in a meeting that ends, go without a word of their
// own.
enum class Milestone : std::uint8_t {
  kMeetingStarted,
  kMeetingFinished,
  kParticipantJoined,
  kParticipantLeft,
  kProducerPublished,
  kProducerUnpublished,
};
// Of hidden participants too.
struct Happened {
  Milestone what = Milestone::kMeetingStarted;
  std::string code;
  MeetingId meeting;
  std::optional<Who> who;
  Role role = Role::kMember;
  LeaveReason reason = LeaveReason::kLeft;
  std::optional<ProducerInfo> producer;
  std::vector<ParticipantId> present = {};  // who was in it until it finished
};

using Action = std::variant<Reply, Notify, Disconnect, control::MediaCommand, LoadRoom, SaveChat,
                            SaveToken, SaveSettings, SavePerson, DropBan, DropMessage,
                            CheckPassword, HashPassword, Happened>;

}  // namespace confab::call
