#include <boost/json.hpp>

#include "service/ortc_json/write.h"
#include "service/signaling/dialects/compat/compat.h"

namespace confab::signaling::compat {
namespace {

call::Request read(const json::Reader&, const ReadContext&) {
  return call::GetState{};
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with(
      {{"rtpCapabilities", ortc_json::to_json(std::get<call::State>(body).router_capabilities)}});
}

}  // namespace

const EventCodec kGetRouterRtpCapabilities{"getRouterRtpCapabilities", read, write};

}  // namespace confab::signaling::compat
