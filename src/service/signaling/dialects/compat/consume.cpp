#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"
#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/compat/describe.h"

namespace confab::signaling::compat {
namespace {

call::Request read_consume(const json::Reader& in, const ReadContext&) {
  call::Consume out;
  out.transport = ortc_json::read_id<TransportId>(in["transportId"]);
  out.producer = ortc_json::read_id<ProducerId>(in["producerId"]);
  out.rtp_capabilities = ortc_json::read_rtp_capabilities(in["rtpCapabilities"]);
  return out;
}

Outgoing write_consumed(const call::ReplyBody& body, const WriteContext&) {
  const auto& made = std::get<call::ConsumerMade>(body);
  boost::json::object params = ortc_json::to_json(made.consumed);
  params["appData"] = describe_app_data(made.source, made.publisher, made.room);
  return acknowledge_with({{"params", std::move(params)}});
}

call::Request read_resume(const json::Reader& in, const ReadContext&) {
  return call::SetConsumerPaused{ortc_json::read_id<ConsumerId>(in["consumerId"]), false};
}

}  // namespace

const EventCodec kConsume{"consume", read_consume, write_consumed};
const EventCodec kResumeConsumer{"resumeConsumer", read_resume, acknowledge_done};

}  // namespace confab::signaling::compat
