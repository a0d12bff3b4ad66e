// What a media node says: greeting, results, events, beats.
#include <optional>
#include <utility>

#include "service/media_rpc/codec.h"
#include "service/media_rpc/codec_ortc.h"
#include "service/media_rpc/codec_stats.h"

namespace confab::media_rpc {
namespace {

// ---- out ----

void put(const control::LinkStats& s, pb::LinkStats* to) {
  to->set_is_known(s.is_known);
  to->set_target_bps(s.target_bps);
  to->set_sent_bps(s.sent_bps);
  to->set_network_queue_ms(s.network_queue_ms);
  to->set_server_queue_packets(s.server_queue_packets);
  to->set_loss_permille(s.loss_permille);
  to->set_state(s.state);
  to->set_cause(s.cause);
}

void put(const control::TransportStats& s, pb::TransportStats* to) {
  media_rpc::put(s.transport, to->mutable_transport());
  media_rpc::put(s.participant, to->mutable_participant());
  to->set_ice_connected(s.ice_connected);
  to->set_dtls_connected(s.dtls_connected);
  to->set_is_tcp(s.is_tcp);
  to->set_srtp_profile(s.srtp_profile);
  to->set_packets_received(s.packets_received);
  to->set_packets_sent(s.packets_sent);
  to->set_bytes_received(s.bytes_received);
  to->set_bytes_sent(s.bytes_sent);
  if (s.link) put(*s.link, to->mutable_link());
}

void put(const control::ProducerStats& s, pb::ProducerStats* to) {
  media_rpc::put(s.producer, to->mutable_producer());
  media_rpc::put(s.transport, to->mutable_transport());
  to->set_kind(to_wire<pb::MediaKind>(s.kind));
  to->set_codec(s.codec);
  to->set_packets_received(s.packets_received);
  to->set_bytes_received(s.bytes_received);
  to->set_packets_lost(s.packets_lost);
  to->set_packets_repaired(s.packets_repaired);
  to->set_nacks_sent(s.nacks_sent);
  to->set_plis_sent(s.plis_sent);
  to->set_jitter_us(s.jitter_us);
}

void put(const control::LayerStats& s, pb::LayerStats* to) {
  to->set_current_spatial(s.current_spatial);
  to->set_current_temporal(s.current_temporal);
  to->set_target_spatial(s.target_spatial);
  to->set_target_temporal(s.target_temporal);
  to->set_allotted_bps(s.allotted_bps);
  to->set_reason(static_cast<std::uint32_t>(s.reason));
}

void put(const control::ConsumerStats& s, pb::ConsumerStats* to) {
  media_rpc::put(s.consumer, to->mutable_consumer());
  media_rpc::put(s.producer, to->mutable_producer());
  media_rpc::put(s.transport, to->mutable_transport());
  to->set_packets_sent(s.packets_sent);
  to->set_bytes_sent(s.bytes_sent);
  to->set_packets_retransmitted(s.packets_retransmitted);
  to->set_nacks_received(s.nacks_received);
  to->set_plis_received(s.plis_received);
  to->set_rtt_us(s.rtt_us);
  to->set_fraction_lost(s.fraction_lost);
  if (s.layers) put(*s.layers, to->mutable_layers());
}

struct PutResult {
  pb::Result& out;

  void operator()(const control::Done&) const { out.mutable_done(); }
  void operator()(const control::MeetingOpened& r) const {
    media_rpc::put(r.router_capabilities, out.mutable_opened()->mutable_router_capabilities());
  }
  void operator()(const control::TransportCreated& r) const {
    pb::TransportCreated* to = out.mutable_transport_created();
    media_rpc::put(r.transport, to->mutable_transport());
    media_rpc::put(r.ice, to->mutable_ice());
    for (const auto& candidate : r.candidates) media_rpc::put(candidate, to->add_candidates());
    media_rpc::put(r.dtls, to->mutable_dtls());
  }
  void operator()(const control::IceRestarted& r) const {
    media_rpc::put(r.ice, out.mutable_ice_restarted()->mutable_ice());
  }
  void operator()(const control::Produced& r) const {
    media_rpc::put(r.producer, out.mutable_produced()->mutable_producer());
    out.mutable_produced()->set_type(to_wire<pb::ProducerType>(r.type));
  }
  void operator()(const control::Consumed& r) const {
    pb::Consumed* to = out.mutable_consumed();
    media_rpc::put(r.consumer, to->mutable_consumer());
    media_rpc::put(r.producer, to->mutable_producer());
    to->set_kind(to_wire<pb::MediaKind>(r.kind));
    to->set_type(to_wire<pb::ProducerType>(r.type));
    media_rpc::put(r.rtp_parameters, to->mutable_rtp_parameters());
    to->set_paused(r.paused);
    to->set_producer_paused(r.producer_paused);
  }
  void operator()(const control::MeetingStats& r) const { put_stats(r, out.mutable_stats()); }
  void operator()(const control::PermitsSet& r) const {
    pb::PermitsSet* to = out.mutable_permits_set();
    for (const auto& id : r.producers) media_rpc::put(id, to->add_producers());
    for (const auto& id : r.consumers) media_rpc::put(id, to->add_consumers());
  }
};

struct PutEvent {
  pb::Event& out;

  void operator()(const control::TransportStateChanged& e) const {
    pb::TransportStateChanged* to = out.mutable_transport_state();
    media_rpc::put(e.transport, to->mutable_transport());
    media_rpc::put(e.participant, to->mutable_participant());
    to->set_state(to_wire<pb::TransportState>(e.state));
    to->set_reason(e.reason);
  }
  void operator()(const control::ConsumerClosed& e) const {
    media_rpc::put(e.consumer, out.mutable_consumer_closed()->mutable_consumer());
    media_rpc::put(e.transport, out.mutable_consumer_closed()->mutable_transport());
  }
  void operator()(const control::ConsumerQuality& e) const {
    pb::ConsumerQuality* to = out.mutable_quality();
    media_rpc::put(e.consumer, to->mutable_consumer());
    media_rpc::put(e.transport, to->mutable_transport());
    put(e.layers, to->mutable_layers());
  }
  void operator()(const control::UnknownEvent&) const {}
  void operator()(const control::ActiveSpeakers& e) const {
    pb::ActiveSpeakers* to = out.mutable_speakers();
    for (const control::AudioLevel& level : e.speakers) {
      pb::AudioLevel* added = to->add_speakers();
      media_rpc::put(level.producer, added->mutable_producer());
      added->set_level_dbov(level.level_dbov);
    }
  }
  void operator()(const control::MeetingLost& e) const {
    out.mutable_meeting_lost()->set_reason(e.reason);
  }
};

struct PutBody {
  pb::FromMedia& out;

  void operator()(const control::MediaHello& hello) const {
    pb::MediaHello* to = out.mutable_hello();
    to->set_node(hello.node);
    to->set_boot(hello.boot);
    to->set_version(hello.version);
    to->set_shards(hello.shards);
    to->set_region(hello.region);
    to->set_build(hello.build);
    to->set_resumed(hello.is_resumed);
    to->set_codec_hash(hello.codec_hash);
  }
  void operator()(const control::MediaCompletion& completion) const {
    pb::Result* to = out.mutable_result();
    to->set_request(completion.id);
    media_rpc::put(completion.meeting, to->mutable_meeting());
    if (completion.result) return std::visit(PutResult{*to}, *completion.result);
    to->mutable_error()->set_code(static_cast<std::uint32_t>(completion.result.error().code) + 1);
    to->mutable_error()->set_message(completion.result.error().message);
  }
  void operator()(const control::NumberedEvent& event) const {
    pb::Event* to = out.mutable_event();
    to->set_seq(event.seq);
    media_rpc::put(event.event.meeting, to->mutable_meeting());
    std::visit(PutEvent{*to}, event.event.body);
  }
  void operator()(const control::Beat& beat) const {
    pb::Beat* to = out.mutable_beat();
    to->set_number(beat.number);
    to->set_transports(beat.load.transports);
    to->set_meetings(beat.load.meetings);
    to->set_lag_us(static_cast<std::uint32_t>(to_us(beat.load.lag)));
    to->set_draining(beat.load.is_draining);
    to->set_leaving(beat.load.is_leaving);
  }
};

// ---- in ----

control::LayerStats get_layers(const pb::LayerStats& in, Fault& fault) {
  const auto layer = [&](std::int32_t number) {
    if (number < -1 || number > 7) fault.add("a layer out of range");
    return static_cast<std::int8_t>(number);
  };
  // A newer node may have more of them.
  const bool is_known = in.reason() < static_cast<std::uint32_t>(control::LayerReason::kCount);
  const auto reason =
      is_known ? static_cast<control::LayerReason>(in.reason()) : control::LayerReason::kNone;
  return {layer(in.current_spatial()), layer(in.current_temporal()),
          layer(in.target_spatial()),  layer(in.target_temporal()),
          in.allotted_bps(),           reason};
}

std::optional<control::LinkStats> get_link(const pb::TransportStats& stats, Fault& fault) {
  if (!stats.has_link()) return std::nullopt;
  const pb::LinkStats& in = stats.link();
  return control::LinkStats{in.is_known(),
                            in.target_bps(),
                            in.sent_bps(),
                            in.network_queue_ms(),
                            in.server_queue_packets(),
                            narrow<std::uint16_t>(in.loss_permille(), fault),
                            in.state(),
                            in.cause()};
}

control::TransportStats get_stats(const pb::TransportStats& in, Fault& fault) {
  return {get_id<TransportId>(in.transport()),
          get_id<ParticipantId>(in.participant()),
          in.ice_connected(),
          in.dtls_connected(),
          in.is_tcp(),
          in.srtp_profile(),
          in.packets_received(),
          in.packets_sent(),
          in.bytes_received(),
          in.bytes_sent(),
          get_link(in, fault)};
}

control::ProducerStats get_stats(const pb::ProducerStats& in, Fault& fault) {
  return {get_id<ProducerId>(in.producer()),
          get_id<TransportId>(in.transport()),
          get_kind(in.kind(), fault),
          in.codec(),
          in.packets_received(),
          in.bytes_received(),
          in.packets_lost(),
          in.packets_repaired(),
          in.nacks_sent(),
          in.plis_sent(),
          in.jitter_us()};
}

control::ConsumerStats get_stats(const pb::ConsumerStats& in, Fault& fault) {
  return {get_id<ConsumerId>(in.consumer()),
          get_id<ProducerId>(in.producer()),
          get_id<TransportId>(in.transport()),
          in.packets_sent(),
          in.bytes_sent(),
          in.packets_retransmitted(),
          in.nacks_received(),
          in.plis_received(),
          in.rtt_us(),
          narrow<std::uint8_t>(in.fraction_lost(), fault),
          in.has_layers() ? std::optional(get_layers(in.layers(), fault)) : std::nullopt};
}

control::MeetingStats get_stats(const pb::MeetingStats& in, Fault& fault) {
  control::MeetingStats out;
  for (const auto& stats : in.transports()) out.transports.push_back(get_stats(stats, fault));
  for (const auto& stats : in.producers()) out.producers.push_back(get_stats(stats, fault));
  for (const auto& stats : in.consumers()) out.consumers.push_back(get_stats(stats, fault));
  return out;
}

control::TransportCreated get_created(const pb::TransportCreated& in, Fault& fault) {
  control::TransportCreated out;
  out.transport = get_id<TransportId>(in.transport());
  out.ice = get(in.ice());
  for (const auto& candidate : in.candidates()) out.candidates.push_back(get(candidate, fault));
  out.dtls = get(in.dtls(), fault);
  return out;
}

control::Consumed get_consumed(const pb::Consumed& in, Fault& fault) {
  control::Consumed out;
  out.consumer = get_id<ConsumerId>(in.consumer());
  out.producer = get_id<ProducerId>(in.producer());
  out.kind = get_kind(in.kind(), fault);
  out.type = get_type(in.type(), fault);
  out.rtp_parameters = get(in.rtp_parameters(), fault);
  out.paused = in.paused();
  out.producer_paused = in.producer_paused();
  return out;
}

control::PermitsSet get_permits_set(const pb::PermitsSet& in) {
  control::PermitsSet out;
  for (const pb::Id& id : in.producers()) out.producers.push_back(get_id<ProducerId>(id));
  for (const pb::Id& id : in.consumers()) out.consumers.push_back(get_id<ConsumerId>(id));
  return out;
}

Result<control::MediaResult> get_result(const pb::Result& in, Fault& fault) {
  switch (in.body_case()) {
    case pb::Result::kError:
      return fail(from_wire(in.error().code(), ErrorCode::kInternal, fault), in.error().message());
    case pb::Result::kDone:
      return control::Done{};
    case pb::Result::kOpened:
      return control::MeetingOpened{get(in.opened().router_capabilities(), fault)};
    case pb::Result::kTransportCreated:
      return get_created(in.transport_created(), fault);
    case pb::Result::kIceRestarted:
      return control::IceRestarted{get(in.ice_restarted().ice())};
    case pb::Result::kProduced:
      return control::Produced{get_id<ProducerId>(in.produced().producer()),
                               get_type(in.produced().type(), fault)};
    case pb::Result::kConsumed:
      return get_consumed(in.consumed(), fault);
    case pb::Result::kStats:
      return get_stats(in.stats(), fault);
    case pb::Result::kPermitsSet:
      return get_permits_set(in.permits_set());
    case pb::Result::BODY_NOT_SET:
      break;
  }
  fault.add("an unknown result");
  return control::Done{};
}

control::ActiveSpeakers get_speakers(const pb::ActiveSpeakers& in, Fault& fault) {
  control::ActiveSpeakers out;
  for (const pb::AudioLevel& level : in.speakers()) {
    if (level.level_dbov() < -127 || level.level_dbov() > 0) fault.add("a level out of range");
    out.speakers.push_back(
        {get_id<ProducerId>(level.producer()), static_cast<std::int8_t>(level.level_dbov())});
  }
  return out;
}

control::MediaEventBody get_event(const pb::Event& in, Fault& fault) {
  switch (in.body_case()) {
    case pb::Event::kTransportState:
      return control::TransportStateChanged{
          get_id<TransportId>(in.transport_state().transport()),
          get_id<ParticipantId>(in.transport_state().participant()),
          from_wire(in.transport_state().state(), control::TransportState::kClosed, fault),
          in.transport_state().reason()};
    case pb::Event::kConsumerClosed:
      return control::ConsumerClosed{get_id<ConsumerId>(in.consumer_closed().consumer()),
                                     get_id<TransportId>(in.consumer_closed().transport())};
    case pb::Event::kQuality:
      return control::ConsumerQuality{get_id<ConsumerId>(in.quality().consumer()),
                                      get_id<TransportId>(in.quality().transport()),
                                      get_layers(in.quality().layers(), fault)};
    case pb::Event::kSpeakers:
      return get_speakers(in.speakers(), fault);
    case pb::Event::kMeetingLost:
      return control::MeetingLost{in.meeting_lost().reason()};
    case pb::Event::BODY_NOT_SET:
      break;
  }
  return control::UnknownEvent{};
}

control::FromMedia get_body(const pb::FromMedia& in, Fault& fault) {
  switch (in.body_case()) {
    case pb::FromMedia::kHello:
      return control::MediaHello{narrow<std::uint16_t>(in.hello().node(), fault),
                                 in.hello().boot(),
                                 in.hello().version(),
                                 in.hello().shards(),
                                 in.hello().region(),
                                 in.hello().build(),
                                 in.hello().resumed(),
                                 in.hello().codec_hash()};
    case pb::FromMedia::kResult:
      return control::MediaCompletion{in.result().request(),
                                      get_id<MeetingId>(in.result().meeting()),
                                      get_result(in.result(), fault)};
    case pb::FromMedia::kEvent:
      return control::NumberedEvent{
          in.event().seq(),
          {get_id<MeetingId>(in.event().meeting()), get_event(in.event(), fault)}};
    case pb::FromMedia::kBeat:
      return control::Beat{in.beat().number(),
                           {in.beat().transports(), in.beat().meetings(),
                            std::chrono::microseconds(in.beat().lag_us()), in.beat().draining(),
                            in.beat().leaving()},
                           {}};
    case pb::FromMedia::BODY_NOT_SET:
      break;
  }
  fault.add("an unknown message");
  return control::Beat{};
}

}  // namespace

void put_stats(const control::MeetingStats& from, pb::MeetingStats* out) {
  for (const auto& stats : from.transports) put(stats, out->add_transports());
  for (const auto& stats : from.producers) put(stats, out->add_producers());
  for (const auto& stats : from.consumers) put(stats, out->add_consumers());
}

std::string encode(const control::FromMedia& message) {
  pb::FromMedia out;
  std::visit(PutBody{out}, message);
  return out.SerializeAsString();
}

Result<control::FromMedia> decode_from_media(std::string_view bytes) {
  pb::FromMedia in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kInvalidArgument, "no message of this protocol");
  }
  Fault fault;
  control::FromMedia out = get_body(in, fault);
  if (fault.is_set()) return fail(ErrorCode::kInvalidArgument, fault.text());
  return out;
}

}  // namespace confab::media_rpc
