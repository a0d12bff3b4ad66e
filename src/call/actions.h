// What a meeting wants done: answers and notices to sockets, commands to the media plane, requests
// to the store. Whoever owns the Call carries them out in the order given.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "call/chat_history.h"
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
  std::vector<Speaker> speakers;
  ortc::RtpCapabilities router_capabilities;
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
struct ProducerMade {
  ProducerId producer;
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
  Role role = Role::kMember;
  std::uint64_t token_generation = 0;
};

using ReplyBody =
    std::variant<Done, State, JoinedMeeting, control::TransportCreated, control::IceRestarted,
                 ProducerMade, ConsumerMade, ChatAccepted, ChatPage, HandChanged, NameChanged>;

struct Reply {
  Origin origin;
  Result<ReplyBody> result;
};

// ---- what others are told ----

enum class LeaveReason : std::uint8_t { kLeft, kTimeout };

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
struct ChatPosted {
  ChatMessage message;
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

using Notice = std::variant<ParticipantJoined, ParticipantLeft, ParticipantUpdated,
                            ConnectionChanged, ProducerAdded, ProducerPauseChanged, ProducerRemoved,
                            ConsumerRemoved, ChatPosted, SpeakersChanged, TransportChanged,
                            MediaLost, MeetingClosed, SessionReplaced, ServerRestarting>;

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

using Action =
    std::variant<Reply, Notify, Disconnect, control::MediaCommand, LoadRoom, SaveChat, SaveToken>;

}  // namespace confab::call
