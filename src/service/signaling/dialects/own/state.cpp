#include <boost/json.hpp>

#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

call::Request read(const json::Reader&, const ReadContext&) {
  return call::GetState{};
}

Outgoing write(const call::ReplyBody& body, const WriteContext& context) {
  boost::json::object out = describe(std::get<call::State>(body));
  out["serverTime"] = context.now_ms;
  return acknowledge_with(std::move(out));
}

}  // namespace

const EventCodec kStateGet{"state:get", read, write};

}  // namespace confab::signaling::own
