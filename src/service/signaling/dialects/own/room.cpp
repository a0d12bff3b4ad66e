// What a room is, and who waits before it.
#include <boost/json.hpp>

#include "platform/auth/password_hash.h"
#include "service/ortc_json/read.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

constexpr std::size_t kTitleBytesMax = 1024;  // counted in characters later
constexpr std::size_t kLobbyBytesMax = 4096;

std::optional<bool> maybe(const json::Reader& in) {
  return in.present() ? std::optional(in.boolean()) : std::nullopt;
}

call::Request read_set(const json::Reader& in, const ReadContext&) {
  call::SetRoom out;
  if (in["title"].present()) out.title = in["title"].string(kTitleBytesMax);
  out.has_lobby = maybe(in["lobby"]);
  if (in["permissions"].present()) {
    out.may_unmute = maybe(in["permissions"]["unmute"]);
    out.may_share = maybe(in["permissions"]["share"]);
    out.may_chat = maybe(in["permissions"]["chat"]);
  }
  return out;
}

call::Request read_lock(const json::Reader& in, const ReadContext&) {
  return call::SetLock{in["locked"].boolean()};
}

call::Request read_password(const json::Reader& in, const ReadContext&) {
  call::SetPassword out;
  if (!in["password"].present()) return out;
  out.password = in["password"].string(auth::kPasswordBytesMax);
  if (in.ok() && out.password.empty()) in["password"].fail("is empty; null takes it away");
  return out;
}

Outgoing write_settings(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"settings", describe(std::get<call::SettingsChanged>(body).settings)}});
}

template <typename T>
call::Request read_place(const json::Reader& in, const ReadContext&) {
  return T{ortc_json::read_id<call::WaitingId>(in["waitingId"])};
}

call::Request read_all(const json::Reader&, const ReadContext&) {
  return call::AdmitAll{};
}

Outgoing write_admitted(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"admitted", std::get<call::Counted>(body).count}});
}

call::Request read_message(const json::Reader& in, const ReadContext&) {
  call::WriteToLobby out;
  out.text = in["text"].string(kLobbyBytesMax);
  if (in["waitingId"].present()) {
    out.to = ortc_json::read_id<call::WaitingId>(in["waitingId"]);
  }
  return out;
}

}  // namespace

const EventCodec kRoomSet{"room:set", read_set, write_settings};
const EventCodec kRoomLock{"room:lock", read_lock, write_settings};
const EventCodec kRoomPassword{"room:password", read_password, write_settings};
const EventCodec kLobbyAdmit{"lobby:admit", read_place<call::AdmitWaiting>, acknowledge_done};
const EventCodec kLobbyDeny{"lobby:deny", read_place<call::DenyWaiting>, acknowledge_done};
const EventCodec kLobbyAdmitAll{"lobby:admit-all", read_all, write_admitted};
const EventCodec kLobbyMessage{"lobby:message", read_message, acknowledge_done};

}  // namespace confab::signaling::own
