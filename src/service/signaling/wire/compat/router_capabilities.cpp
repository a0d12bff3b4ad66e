#include <boost/json.hpp>

#include "service/signaling/wire/compat/compat.h"
#include "service/wire/write.h"

namespace confab::signaling::compat {
namespace {

call::Request read(const json::Reader&, const ReadContext&) {
  return call::GetState{};
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with(
      {{"rtpCapabilities", wire::to_json(std::get<call::State>(body).router_capabilities)}});
}

}  // namespace

const EventCodec kGetRouterRtpCapabilities{"getRouterRtpCapabilities", read, write};

}  // namespace confab::signaling::compat
