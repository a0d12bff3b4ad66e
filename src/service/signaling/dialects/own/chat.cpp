#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

// Counted in characters later.
constexpr std::size_t kTextBytesMax = json::kTextBytesMax;
constexpr std::size_t kIdBytesMax = 64;

call::Request read_send(const json::Reader& in, const ReadContext&) {
  call::SendChat out;
  out.text = in["text"].string(kTextBytesMax);
  if (in["to"].present()) out.to = in["to"].string(kIdBytesMax);
  if (in["id"].present()) out.id = ortc_json::read_id<MessageId>(in["id"]);
  return out;
}

Outgoing write_sent(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"message", describe(std::get<call::ChatAccepted>(body).message)}});
}

call::Request read_history(const json::Reader& in, const ReadContext&) {
  call::GetChat out;
  if (in["before"].present()) out.before = ortc_json::read_id<MessageId>(in["before"]);
  return out;
}

Outgoing write_page(const call::ReplyBody& body, const WriteContext&) {
  const auto& page = std::get<call::ChatPage>(body);
  return acknowledge_with({{"chat", describe(page)}, {"chatEarlier", page.has_earlier}});
}

call::Request read_delete(const json::Reader& in, const ReadContext&) {
  return call::DeleteMessage{ortc_json::read_id<MessageId>(in["messageId"])};
}

}  // namespace

const EventCodec kChatSend{"chat:send", read_send, write_sent};
const EventCodec kChatHistory{"chat:history", read_history, write_page};
const EventCodec kChatDelete{"chat:delete", read_delete, acknowledge_done};

}  // namespace confab::signaling::own
