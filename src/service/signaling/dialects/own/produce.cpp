#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

call::Request read_produce(const json::Reader& in, const ReadContext&) {
  call::Produce out;
  out.transport = ortc_json::read_id<TransportId>(in["transportId"]);
  const ortc::MediaKind kind = ortc_json::read_kind(in["kind"]);
  out.source = read_source(in["source"]);
  if (in.ok() && control::kind_of(out.source) != kind) in["source"].fail("is not of this kind");
  out.rtp_parameters = ortc_json::read_rtp_parameters(in["rtpParameters"], kind);
  out.paused = in["paused"].boolean_or(false);
  return out;
}

Outgoing write_produced(const call::ReplyBody& body, const WriteContext&) {
  const auto& made = std::get<call::ProducerMade>(body);
  return acknowledge_with({{"producerId", made.producer.to_string()}, {"paused", made.paused}});
}

template <bool kPaused>
call::Request read_pause(const json::Reader& in, const ReadContext&) {
  return call::SetProducerPaused{ortc_json::read_id<ProducerId>(in["producerId"]), kPaused};
}

call::Request read_close(const json::Reader& in, const ReadContext&) {
  return call::CloseProducer{ortc_json::read_id<ProducerId>(in["producerId"])};
}

}  // namespace

const EventCodec kProduce{"produce", read_produce, write_produced};
const EventCodec kProducerPause{"producer:pause", read_pause<true>, acknowledge_done};
const EventCodec kProducerResume{"producer:resume", read_pause<false>, acknowledge_done};
const EventCodec kProducerClose{"producer:close", read_close, acknowledge_done};

}  // namespace confab::signaling::own
