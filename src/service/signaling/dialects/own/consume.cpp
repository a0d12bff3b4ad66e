#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

constexpr std::int64_t kLayerMax = 2;
constexpr std::int64_t kPriorityMax = 255;

call::Request read_consume(const json::Reader& in, const ReadContext&) {
  call::Consume out;
  out.transport = ortc_json::read_id<TransportId>(in["transportId"]);
  out.producer = ortc_json::read_id<ProducerId>(in["producerId"]);
  if (in["rtpCapabilities"].present()) {
    out.rtp_capabilities = ortc_json::read_rtp_capabilities(in["rtpCapabilities"]);
  }
  return out;
}

// One stream for camera and microphone, one for a screen and its sound: browsers keep the tracks of
// a stream in step.
std::string stream_id(const call::ConsumerMade& made) {
  const bool is_screen =
      made.source == call::Source::kScreen || made.source == call::Source::kScreenAudio;
  return made.publisher.id.to_string() + (is_screen ? "-screen" : "");
}

Outgoing write_consumed(const call::ReplyBody& body, const WriteContext&) {
  const auto& made = std::get<call::ConsumerMade>(body);
  boost::json::object out = ortc_json::to_json(made.consumed);
  out["participantId"] = made.publisher.id.to_string();
  out["source"] = source_name(made.source);
  out["streamId"] = stream_id(made);
  return acknowledge_with(std::move(out));
}

template <bool kPaused>
call::Request read_pause(const json::Reader& in, const ReadContext&) {
  return call::SetConsumerPaused{ortc_json::read_id<ConsumerId>(in["consumerId"]), kPaused};
}

call::Request read_close(const json::Reader& in, const ReadContext&) {
  return call::CloseConsumer{ortc_json::read_id<ConsumerId>(in["consumerId"])};
}

call::Request read_layers(const json::Reader& in, const ReadContext&) {
  return call::SetPreferredLayers{
      ortc_json::read_id<ConsumerId>(in["consumerId"]),
      static_cast<std::uint8_t>(in["spatialLayer"].integer(0, kLayerMax)),
      static_cast<std::uint8_t>(in["temporalLayer"].integer(0, kLayerMax)),
      in["priority"].present() ? static_cast<std::uint8_t>(in["priority"].integer(1, kPriorityMax))
                               : std::uint8_t{0}};
}

}  // namespace

const EventCodec kConsume{"consume", read_consume, write_consumed};
const EventCodec kConsumerPause{"consumer:pause", read_pause<true>, acknowledge_done};
const EventCodec kConsumerResume{"consumer:resume", read_pause<false>, acknowledge_done};
const EventCodec kConsumerClose{"consumer:close", read_close, acknowledge_done};
const EventCodec kConsumerLayers{"consumer:layers", read_layers, acknowledge_done};

}  // namespace confab::signaling::own
