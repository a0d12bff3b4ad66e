#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

// Counted in characters later.
constexpr std::size_t kTextBytesMax = json::kTextBytesMax;
constexpr std::size_t kIdBytesMax = 64;

call::Request read(const json::Reader& in, const ReadContext&) {
  call::SendChat out;
  out.text = in["text"].string(kTextBytesMax);
  if (in["to"].present()) out.to = in["to"].string(kIdBytesMax);
  if (in["id"].present()) out.id = ortc_json::read_id<MessageId>(in["id"]);
  return out;
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"message", describe(std::get<call::ChatAccepted>(body).message)}});
}

}  // namespace

const EventCodec kChatSend{"chat:send", read, write};

}  // namespace confab::signaling::own
