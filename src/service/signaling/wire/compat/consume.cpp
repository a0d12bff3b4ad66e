#include <boost/json.hpp>

#include "service/signaling/wire/compat/compat.h"
#include "service/signaling/wire/compat/describe.h"
#include "service/wire/read.h"
#include "service/wire/write.h"

namespace confab::signaling::compat {
namespace {

call::Request read_consume(const json::Reader& in, const ReadContext&) {
  call::Consume out;
  out.transport = wire::read_id<TransportId>(in["transportId"]);
  out.producer = wire::read_id<ProducerId>(in["producerId"]);
  out.rtp_capabilities = wire::read_rtp_capabilities(in["rtpCapabilities"]);
  return out;
}

Outgoing write_consumed(const call::ReplyBody& body, const WriteContext&) {
  const auto& made = std::get<call::ConsumerMade>(body);
  boost::json::object params = wire::to_json(made.consumed);
  params["appData"] = describe_app_data(made.source, made.publisher, made.room);
  return acknowledge_with({{"params", std::move(params)}});
}

call::Request read_resume(const json::Reader& in, const ReadContext&) {
  return call::SetConsumerPaused{wire::read_id<ConsumerId>(in["consumerId"]), false};
}

}  // namespace

const EventCodec kConsume{"consume", read_consume, write_consumed};
const EventCodec kResumeConsumer{"resumeConsumer", read_resume, acknowledge_done};

}  // namespace confab::signaling::compat
