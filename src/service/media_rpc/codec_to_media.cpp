// What an owner says: greeting, commands, beats.
#include <array>
#include <chrono>
#include <utility>

#include "rtc/ortc/validate.h"
#include "service/media_rpc/codec.h"
#include "service/media_rpc/codec_ortc.h"

namespace confab::media_rpc {
namespace {

constexpr auto kSources =
    std::to_array({control::TrackSource::kCamera, control::TrackSource::kMicrophone,
                   control::TrackSource::kScreen, control::TrackSource::kScreenAudio});
// Seventy years: what is later is no clock's, and the sums of two such times are in range.
constexpr std::uint64_t kClockMax = std::uint64_t{1} << 51;

// ---- out: one function for each kind of command ----

void put_permits(const control::Permits& permits, pb::Permits* to) {
  for (const auto source : kSources) {
    if (permits.allows(source)) to->add_sources(to_wire<pb::TrackSource>(source));
  }
  to->set_subscribe(permits.can_subscribe);
  to->set_publish_data(permits.can_publish_data);
}

std::uint64_t clock_us(Instant at) {
  return static_cast<std::uint64_t>(to_us(at.time_since_epoch()));
}

struct PutRequest {
  pb::Command& out;

  void operator()(const control::OpenMeeting&) const { out.mutable_open(); }
  void operator()(const control::CloseMeeting&) const { out.mutable_close(); }
  void operator()(const control::GetMeetingStats& r) const {
    pb::GetMeetingStats* to = out.mutable_get_meeting_stats();
    if (r.participant) put(*r.participant, to->mutable_participant());
  }
  void operator()(const control::CreateTransport& r) const {
    pb::CreateTransport* to = out.mutable_create_transport();
    put(r.participant, to->mutable_participant());
    to->set_direction(to_wire<pb::Direction>(r.direction));
  }
  void operator()(const control::ConnectTransport& r) const {
    pb::ConnectTransport* to = out.mutable_connect_transport();
    put(r.transport, to->mutable_transport());
    put(r.dtls, to->mutable_dtls());
  }
  void operator()(const control::RestartIce& r) const {
    put(r.transport, out.mutable_restart_ice()->mutable_transport());
  }
  void operator()(const control::CloseTransport& r) const {
    put(r.transport, out.mutable_close_transport()->mutable_transport());
  }
  void operator()(const control::Produce& r) const {
    pb::Produce* to = out.mutable_produce();
    put(r.transport, to->mutable_transport());
    to->set_kind(to_wire<pb::MediaKind>(r.kind));
    put(r.rtp_parameters, to->mutable_rtp_parameters());
    to->set_paused(r.paused);
    if (r.source) to->set_source(to_wire<pb::TrackSource>(*r.source));
  }
  void operator()(const control::SetProducerPaused& r) const {
    pb::SetProducerPaused* to = out.mutable_set_producer_paused();
    put(r.producer, to->mutable_producer());
    to->set_paused(r.paused);
  }
  void operator()(const control::CloseProducer& r) const {
    put(r.producer, out.mutable_close_producer()->mutable_producer());
  }
  void operator()(const control::PutCapabilities& r) const {
    pb::PutCapabilities* to = out.mutable_put_capabilities();
    put(r.transport, to->mutable_transport());
    to->set_hash(r.hash);
    put(r.rtp_capabilities, to->mutable_rtp_capabilities());
  }
  void operator()(const control::Consume& r) const {
    pb::Consume* to = out.mutable_consume();
    put(r.transport, to->mutable_transport());
    put(r.producer, to->mutable_producer());
    to->set_capabilities(r.capabilities);
    to->set_paused(r.paused);
  }
  void operator()(const control::SetConsumerPaused& r) const {
    pb::SetConsumerPaused* to = out.mutable_set_consumer_paused();
    put(r.consumer, to->mutable_consumer());
    to->set_paused(r.paused);
  }
  void operator()(const control::SetPreferredLayers& r) const {
    pb::SetPreferredLayers* to = out.mutable_set_preferred_layers();
    put(r.consumer, to->mutable_consumer());
    to->set_spatial(r.spatial);
    to->set_temporal(r.temporal);
    to->set_priority(r.priority);
  }
  void operator()(const control::RequestKeyFrame& r) const {
    put(r.consumer, out.mutable_request_key_frame()->mutable_consumer());
  }
  void operator()(const control::CloseConsumer& r) const {
    put(r.consumer, out.mutable_close_consumer()->mutable_consumer());
  }
  void operator()(const control::Admit& r) const {
    put(r.participant, out.mutable_admit()->mutable_participant());
    put_permits(r.permits, out.mutable_admit()->mutable_permits());
  }
  void operator()(const control::SetPermits& r) const {
    put(r.participant, out.mutable_set_permits()->mutable_participant());
    put_permits(r.permits, out.mutable_set_permits()->mutable_permits());
  }
  void operator()(const control::Dismiss& r) const {
    put(r.participant, out.mutable_dismiss()->mutable_participant());
  }
};

struct PutBody {
  pb::ToMedia& out;

  void operator()(const control::OwnerHello& hello) const {
    pb::OwnerHello* to = out.mutable_hello();
    to->set_node(hello.node);
    to->set_boot(hello.boot);
    to->set_version_min(hello.version_min);
    to->set_version_max(hello.version_max);
    to->set_codec_hash(hello.codec_hash);
    to->set_region(hello.region);
    to->set_clock_us(clock_us(hello.clock));
  }
  void operator()(const control::MediaCommand& command) const {
    pb::Command* to = out.mutable_command();
    put(command.meeting, to->mutable_meeting());
    to->set_epoch(command.epoch);
    to->set_request(command.id);
    if (command.deadline != kNever) to->set_deadline_us(clock_us(command.deadline));
    to->set_traceparent(command.trace.to_string());
    std::visit(PutRequest{*to}, command.request);
  }
  void operator()(const control::Beat& beat) const {
    out.mutable_beat()->set_number(beat.number);
    out.mutable_beat()->set_clock_us(clock_us(beat.clock));
  }
  void operator()(const control::Ack& ack) const {
    out.mutable_ack()->set_seq(ack.seq);
    out.mutable_ack()->set_settled(ack.settled);
  }
};

// ---- in ----

void check(const Result<void>& valid, Fault& fault) {
  if (!valid) fault.add(valid.error().message);
}

Instant get_clock(std::uint64_t us, Fault& fault) {
  if (us > kClockMax) fault.add("a time out of range");
  return Instant{std::chrono::microseconds(us > kClockMax ? 0 : us)};
}

control::TrackSource get_source(int in, Fault& fault) {
  return from_wire(in, control::TrackSource::kScreenAudio, fault);
}

control::Permits get_permits(const pb::Permits& in, Fault& fault) {
  control::Permits out{0, in.subscribe(), in.publish_data()};
  for (const int source : in.sources()) {
    out.sources = static_cast<std::uint8_t>(
        out.sources | (1U << static_cast<unsigned>(get_source(source, fault))));
  }
  return out;
}

control::Produce get_produce(const pb::Produce& in, Fault& fault) {
  control::Produce out;
  out.transport = get_id<TransportId>(in.transport());
  out.kind = get_kind(in.kind(), fault);
  out.rtp_parameters = get(in.rtp_parameters(), fault);
  out.paused = in.paused();
  if (in.source() != pb::TRACK_SOURCE_UNSPECIFIED) out.source = get_source(in.source(), fault);
  check(ortc::validate(out.rtp_parameters, out.kind), fault);
  return out;
}

control::ConnectTransport get_connect(const pb::ConnectTransport& in, Fault& fault) {
  control::ConnectTransport out{get_id<TransportId>(in.transport()), get(in.dtls(), fault)};
  check(ortc::validate(out.dtls), fault);
  return out;
}

control::PutCapabilities get_capabilities(const pb::PutCapabilities& in, Fault& fault) {
  control::PutCapabilities out{get_id<TransportId>(in.transport()), in.hash(),
                               get(in.rtp_capabilities(), fault)};
  check(ortc::validate(out.rtp_capabilities), fault);
  return out;
}

control::MediaRequest get_request(const pb::Command& in, Fault& fault) {
  switch (in.body_case()) {
    case pb::Command::kOpen:
      return control::OpenMeeting{};
    case pb::Command::kClose:
      return control::CloseMeeting{};
    case pb::Command::kCreateTransport:
      return control::CreateTransport{get_id<ParticipantId>(in.create_transport().participant()),
                                      from_wire(in.create_transport().direction(),
                                                control::TransportDirection::kReceive, fault)};
    case pb::Command::kConnectTransport:
      return get_connect(in.connect_transport(), fault);
    case pb::Command::kRestartIce:
      return control::RestartIce{get_id<TransportId>(in.restart_ice().transport())};
    case pb::Command::kCloseTransport:
      return control::CloseTransport{get_id<TransportId>(in.close_transport().transport())};
    case pb::Command::kProduce:
      return get_produce(in.produce(), fault);
    case pb::Command::kSetProducerPaused:
      return control::SetProducerPaused{get_id<ProducerId>(in.set_producer_paused().producer()),
                                        in.set_producer_paused().paused()};
    case pb::Command::kCloseProducer:
      return control::CloseProducer{get_id<ProducerId>(in.close_producer().producer())};
    case pb::Command::kPutCapabilities:
      return get_capabilities(in.put_capabilities(), fault);
    case pb::Command::kConsume:
      return control::Consume{get_id<TransportId>(in.consume().transport()),
                              get_id<ProducerId>(in.consume().producer()),
                              in.consume().capabilities(), in.consume().paused()};
    case pb::Command::kSetConsumerPaused:
      return control::SetConsumerPaused{get_id<ConsumerId>(in.set_consumer_paused().consumer()),
                                        in.set_consumer_paused().paused()};
    case pb::Command::kSetPreferredLayers:
      return control::SetPreferredLayers{
          get_id<ConsumerId>(in.set_preferred_layers().consumer()),
          narrow<std::uint8_t>(in.set_preferred_layers().spatial(), fault),
          narrow<std::uint8_t>(in.set_preferred_layers().temporal(), fault),
          narrow<std::uint8_t>(in.set_preferred_layers().priority(), fault)};
    case pb::Command::kRequestKeyFrame:
      return control::RequestKeyFrame{get_id<ConsumerId>(in.request_key_frame().consumer())};
    case pb::Command::kCloseConsumer:
      return control::CloseConsumer{get_id<ConsumerId>(in.close_consumer().consumer())};
    case pb::Command::kGetMeetingStats: {
      control::GetMeetingStats out;
      if (in.get_meeting_stats().has_participant()) {
        out.participant = get_id<ParticipantId>(in.get_meeting_stats().participant());
      }
      return out;
    }
    case pb::Command::kAdmit:
      return control::Admit{get_id<ParticipantId>(in.admit().participant()),
                            get_permits(in.admit().permits(), fault)};
    case pb::Command::kSetPermits:
      return control::SetPermits{get_id<ParticipantId>(in.set_permits().participant()),
                                 get_permits(in.set_permits().permits(), fault)};
    case pb::Command::kDismiss:
      return control::Dismiss{get_id<ParticipantId>(in.dismiss().participant())};
    case pb::Command::BODY_NOT_SET:
      break;
  }
  fault.add("an unknown command");
  return control::GetMeetingStats{};
}

// A trace that is none is left out: it is there to find things by, and worth no broken link.
control::MediaCommand get_command(const pb::Command& in, Fault& fault) {
  control::MediaCommand out{in.request(), get_id<MeetingId>(in.meeting()), get_request(in, fault),
                            in.epoch()};
  if (in.deadline_us() != 0) out.deadline = get_clock(in.deadline_us(), fault);
  out.trace = TraceContext::parse(in.traceparent()).value_or(TraceContext{});
  return out;
}

control::ToMedia get_body(const pb::ToMedia& in, Fault& fault) {
  switch (in.body_case()) {
    case pb::ToMedia::kHello:
      return control::OwnerHello{narrow<std::uint16_t>(in.hello().node(), fault),
                                 in.hello().boot(),
                                 in.hello().version_min(),
                                 in.hello().version_max(),
                                 in.hello().codec_hash(),
                                 in.hello().region(),
                                 get_clock(in.hello().clock_us(), fault)};
    case pb::ToMedia::kCommand:
      return get_command(in.command(), fault);
    case pb::ToMedia::kBeat:
      return control::Beat{in.beat().number(), {}, get_clock(in.beat().clock_us(), fault)};
    case pb::ToMedia::kAck:
      return control::Ack{in.ack().seq(), in.ack().settled()};
    case pb::ToMedia::BODY_NOT_SET:
      break;
  }
  fault.add("an unknown message");
  return control::Beat{};
}

}  // namespace

std::string encode(const control::ToMedia& message) {
  pb::ToMedia out;
  std::visit(PutBody{out}, message);
  return out.SerializeAsString();
}

Result<control::ToMedia> decode_to_media(std::string_view bytes) {
  pb::ToMedia in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kInvalidArgument, "no message of this protocol");
  }
  Fault fault;
  control::ToMedia out = get_body(in, fault);
  if (fault.is_set()) return fail(ErrorCode::kInvalidArgument, fault.text());
  return out;
}

}  // namespace confab::media_rpc
