// What a meeting hears: requests of clients, what became of their connections, and the answers of
// the store and the media plane. One struct per kind; each has its own handler in handlers/.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/error.h"
#include "base/net.h"
#include "call/types.h"
#include "control/media.h"

namespace confab::call {

// ---- requests, each answered by exactly one Reply ----

struct Join {
  std::string room;          // the code, in any spelling
  std::string name;          // may be empty if `resume` is there
  bool is_nameless = false;  // it was, and is the token's
  std::optional<ResumeClaims> resume;
  bool is_host = false;  // a host key was shown and is right
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
};
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

using Request =
    std::variant<Join, Leave, GetState, GetChat, CreateTransport, ConnectTransport, RestartIce,
                 CloseTransport, Produce, SetProducerPaused, CloseProducer, Consume,
                 SetConsumerPaused, SetPreferredLayers, CloseConsumer, SendChat, SetHand, SetName>;

struct ClientRequest {
  Origin origin;
  Request request;
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

// The server is about to stop in an orderly way.
struct ServerStopping {
  Duration reconnect_in = 1s;
};

using Event = std::variant<ClientRequest, ConnectionLost, ConnectionRecovered, ConnectionClosed,
                           PageClosing, PageReturning, RoomLoaded, ChatSaved, ServerStopping,
                           control::MediaCompletion, control::MediaEvent>;

}  // namespace confab::call
