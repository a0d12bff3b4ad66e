// The contract between who decides (signaling) and who forwards (media): requests, results and
// events as serialisable values that refer by id. In one process they travel through a shard's
// mailbox, between processes by gRPC; neither side can tell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/trace_context.h"
#include "control/permits.h"
#include "control/quality.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/types.h"

namespace confab::control {

// Pairs a result with its request. Unique per MediaControl user, chosen by it.
using RequestId = std::uint64_t;

// ---- requests ----

// Makes room for a meeting. Where on the media plane it is, and on how many shards, is decided
// there.
struct OpenMeeting {};
// Closes the meeting's router and everything in it.
struct CloseMeeting {};

// Makes a participant known with what they may do, or says it anew. From the first Admit on a
// meeting has transports for those alone who were admitted (kForbidden; kFull when they are too
// many); before it, for whoever its owner names.
struct Admit {
  ParticipantId participant;
  Permits permits;
};
// Closes what is not allowed any more, and says what that was (PermitsSet). kNotFound for one who
// was not admitted.
struct SetPermits {
  ParticipantId participant;
  Permits permits;
};
// Closes all that a participant has here, and forgets them. Each transport that goes is an event.
// Of one who is not here it is done already.
struct Dismiss {
  ParticipantId participant;
};

enum class TransportDirection : std::uint8_t { kSend, kReceive };  // as the client sees it

struct CreateTransport {
  ParticipantId participant;
  TransportDirection direction = TransportDirection::kSend;
  // As they were admitted. Filled in on the media plane, whatever an owner says.
  Permits permits = {};
};
// Once per transport: who the peer proves to be. Media starts after it.
struct ConnectTransport {
  TransportId transport;
  ortc::DtlsParameters dtls;
};
// New ICE credentials; the old ones work until the new are used (RFC 8445 §9).
struct RestartIce {
  TransportId transport;
};
struct CloseTransport {
  TransportId transport;
};

struct Produce {
  TransportId transport;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::RtpParameters rtp_parameters;
  bool paused = false;
  std::optional<TrackSource> source = {};
};
struct SetProducerPaused {
  ProducerId producer;
  bool paused = false;
};
struct CloseProducer {
  ProducerId producer;
};

// What the receiver behind a transport can decode: once, before the first Consume on it, and again
// when it changed. A request to consume refers to it, since those for a whole meeting, each with
// its 8 kB, may wait at the same time.
struct PutCapabilities {
  TransportId transport;
  ortc::CapabilitiesHash hash = 0;  // capabilities_hash(rtp_capabilities)
  ortc::RtpCapabilities rtp_capabilities;
};
struct Consume {
  TransportId transport;
  ProducerId producer;
  // What the transport was last told; kConflict if it was told something else, or nothing.
  ortc::CapabilitiesHash capabilities = 0;
  bool paused = true;
};
struct SetConsumerPaused {
  ConsumerId consumer;
  bool paused = false;
};
// What its receiver has a use for at the most, lowest first: the stream of a simulcast producer,
// and the frame rate where the codec is VP8. What a producer does not have is not missed.
struct SetPreferredLayers {
  ConsumerId consumer;
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  // How much a step up is worth beside those of others (1: a tile among tiles). 0: as its source
  // says, a screen 8, a camera 1.
  std::uint8_t priority = 0;
};
struct RequestKeyFrame {
  ConsumerId consumer;
};
struct CloseConsumer {
  ConsumerId consumer;
};
// Counts and statistics of one meeting, or of what goes through one participant's transports.
struct GetMeetingStats {
  std::optional<ParticipantId> participant = {};
};

using MediaRequest =
    std::variant<OpenMeeting, CloseMeeting, CreateTransport, ConnectTransport, RestartIce,
                 CloseTransport, Produce, SetProducerPaused, CloseProducer, PutCapabilities,
                 Consume, SetConsumerPaused, SetPreferredLayers, RequestKeyFrame, CloseConsumer,
                 GetMeetingStats, Admit, SetPermits, Dismiss>;

// Counts the owners that a meeting has had.
using Epoch = std::uint64_t;
inline constexpr Epoch kFirstEpoch = 1;

struct MediaCommand {
  RequestId id = 0;
  MeetingId meeting;
  MediaRequest request;
  // Of who sends it. The media plane remembers the highest that it saw for a meeting and refuses
  // lower ones (kConflict): an owner that was replaced while it stood still can change nothing.
  Epoch epoch = kFirstEpoch;
  // From then on nobody waits for the answer: what has not been begun by then is not, and is
  // answered with kTimeout (obligation.h has what is begun all the same).
  Instant deadline = kNever;
  // Of the client's request that led to it; not set for what nobody asked for.
  TraceContext trace = {};
};

// ---- results: one alternative per kind of answer ----

struct Done {};
struct MeetingOpened {
  ortc::RtpCapabilities router_capabilities;
};
struct TransportCreated {
  TransportId transport;
  ortc::IceParameters ice;
  std::vector<ortc::IceCandidate> candidates;
  ortc::DtlsParameters dtls;
};
struct IceRestarted {
  ortc::IceParameters ice;
};
struct Produced {
  ProducerId producer;
  ortc::ProducerType type = ortc::ProducerType::kSimple;
};
struct Consumed {
  ConsumerId consumer;
  ProducerId producer;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::ProducerType type = ortc::ProducerType::kSimple;
  ortc::RtpParameters rtp_parameters;
  bool paused = true;
  bool producer_paused = false;
};

// Where the path stands; what a client or an operator is shown as measured, not assumed.
struct TransportStats {
  TransportId transport;
  ParticipantId participant;
  bool ice_connected = false;
  bool dtls_connected = false;
  bool is_tcp = false;
  std::string srtp_profile;  // "" until connected
  std::uint64_t packets_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::optional<LinkStats> link = {};  // of one that the client receives on
};
struct ProducerStats {
  ProducerId producer;
  TransportId transport;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  std::string codec;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t packets_lost = 0;      // after repair
  std::uint64_t packets_repaired = 0;  // by RTX
  std::uint64_t nacks_sent = 0;
  std::uint64_t plis_sent = 0;
  std::uint32_t jitter_us = 0;
};
struct ConsumerStats {
  ConsumerId consumer;
  ProducerId producer;
  TransportId transport;
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_retransmitted = 0;
  std::uint64_t nacks_received = 0;
  std::uint64_t plis_received = 0;
  std::uint32_t rtt_us = 0;
  std::uint8_t fraction_lost = 0;         // 1/256, as the receiver last reported
  std::optional<LayerStats> layers = {};  // of video
};
struct MeetingStats {
  std::vector<TransportStats> transports;
  std::vector<ProducerStats> producers;
  std::vector<ConsumerStats> consumers;
};

// What a participant had, and lost with the right to it.
struct PermitsSet {
  std::vector<ProducerId> producers;
  std::vector<ConsumerId> consumers;
};

using MediaResult = std::variant<Done, MeetingOpened, TransportCreated, IceRestarted, Produced,
                                 Consumed, MeetingStats, PermitsSet>;

struct MediaCompletion {
  RequestId id = 0;
  MeetingId meeting;
  Result<MediaResult> result;
};

// ---- events: what media says unasked ----

enum class TransportState : std::uint8_t {
  kNew,
  kConnecting,
  kConnected,
  kDisconnected,
  kFailed,
  kClosed
};

struct TransportStateChanged {
  TransportId transport;
  ParticipantId participant;
  TransportState state = TransportState::kNew;
  std::string reason;
};
// The consumer is gone because its producer is.
struct ConsumerClosed {
  ConsumerId consumer;
  TransportId transport;
};
// What a receiver is sent of a track became another, or the reason for it; once a second at the
// most.
struct ConsumerQuality {
  ConsumerId consumer;
  TransportId transport;
  LayerStats layers;
};
struct AudioLevel {
  ProducerId producer;
  std::int8_t level_dbov = -127;  // RFC 6464: -127 (silence) to 0
};
// Loudest first; sent at most 4 times a second, empty when all fell silent.
struct ActiveSpeakers {
  std::vector<AudioLevel> speakers;
};
// The shard that held the meeting is gone with everything in it.
struct MeetingLost {
  std::string reason;
};

// What a newer media node tells and this process does not know: it is taken, and nothing follows.
struct UnknownEvent {};

using MediaEventBody = std::variant<TransportStateChanged, ConsumerClosed, ConsumerQuality,
                                    ActiveSpeakers, MeetingLost, UnknownEvent>;

struct MediaEvent {
  MeetingId meeting;
  MediaEventBody body;
};

// ---- the seam ----

// What media reports back. Called on the thread that the owner of the MediaControl named.
class MediaListener {
 public:
  virtual ~MediaListener() = default;
  virtual void on_media_completion(MediaCompletion completion) = 0;
  virtual void on_media_event(MediaEvent event) = 0;
};

// Every command is answered exactly once, in bounded time, with kUnavailable or kTimeout if need
// be. Commands of one meeting are carried out in the order they were sent.
class MediaControl {
 public:
  virtual ~MediaControl() = default;
  virtual void send(MediaCommand command) = 0;
};

}  // namespace confab::control
