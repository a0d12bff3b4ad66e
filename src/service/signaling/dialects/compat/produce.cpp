#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/signaling/dialects/compat/compat.h"

namespace confab::signaling::compat {
namespace {

constexpr std::size_t kTypeBytesMax = 16;

call::Source read_source(const json::Reader& type, ortc::MediaKind kind) {
  const std::string_view text = type.string(kTypeBytesMax);
  const bool is_video = kind == ortc::MediaKind::kVideo;
  if (text == "screen") return is_video ? call::Source::kScreen : call::Source::kScreenAudio;
  if (type.ok() && text != (is_video ? "video" : "audio")) type.fail("is not of this kind");
  return is_video ? call::Source::kCamera : call::Source::kMicrophone;
}

call::Request read_produce(const json::Reader& in, const ReadContext&) {
  call::Produce out;
  out.transport = ortc_json::read_id<TransportId>(in["transportId"]);
  const ortc::MediaKind kind = ortc_json::read_kind(in["kind"]);
  out.source = read_source(in["appData"]["type"], kind);
  out.rtp_parameters = ortc_json::read_rtp_parameters(in["rtpParameters"], kind);
  return out;
}

Outgoing write_produced(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"id", std::get<call::ProducerMade>(body).producer.to_string()}});
}

template <bool kPaused>
call::Request read_pause(const json::Reader& in, const ReadContext&) {
  return call::SetProducerPaused{ortc_json::read_id<ProducerId>(in["producerId"]), kPaused};
}

call::Request read_closed(const json::Reader& in, const ReadContext&) {
  return call::CloseProducer{ortc_json::read_id<ProducerId>(in["producerId"])};
}

}  // namespace

const EventCodec kProduce{"produce", read_produce, write_produced};
const EventCodec kProducerClosed{"producerClosed", read_closed, acknowledge_done};
const EventCodec kPauseProducer{"pauseProducer", read_pause<true>, acknowledge_done};
const EventCodec kResumeProducer{"resumeProducer", read_pause<false>, acknowledge_done};

}  // namespace confab::signaling::compat
