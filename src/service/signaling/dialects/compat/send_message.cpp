#include <boost/json.hpp>

#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/compat/describe.h"

namespace confab::signaling::compat {
namespace {

constexpr std::size_t kTextBytesMax = json::kTextBytesMax;
constexpr std::size_t kIdBytesMax = 64;

// `senderName` is not looked at: the name is the one given at the join.
call::Request read(const json::Reader& in, const ReadContext&) {
  call::SendChat out;
  out.text = in["message"].string(kTextBytesMax);
  if (in["recipientId"].present()) out.to = in["recipientId"].string(kIdBytesMax);
  return out;
}

// These clients show what they wrote when it comes back.
Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  Outgoing out = acknowledge_with({});
  out.emits.push_back(message_received(std::get<call::ChatAccepted>(body).message));
  return out;
}

}  // namespace

const EventCodec kSendMessage{"sendMessage", read, write};

}  // namespace confab::signaling::compat
