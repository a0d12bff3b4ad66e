#include "service/signaling/room_wanted.h"

#include <boost/json.hpp>
#include <utility>

#include "call/text.h"
#include "platform/auth/password_hash.h"
#include "platform/json/json.h"

namespace confab::signaling {
namespace {

constexpr std::size_t kBodyBytesMax = 16 * 1024;
constexpr std::size_t kTitleBytesMax = 1024;  // counted in characters later

std::optional<bool> maybe(const json::Reader& in) {
  return in.present() ? std::optional(in.boolean()) : std::nullopt;
}

}  // namespace

Result<boost::json::object> read_body(const http::Request& request) {
  if (request.body.empty()) return boost::json::object{};
  auto body = json::parse(request.body, kBodyBytesMax);
  if (!body) return std::unexpected(body.error());
  auto* object = body->if_object();
  if (object == nullptr) return fail(ErrorCode::kInvalidArgument, "expected an object");
  return std::move(*object);
}

Result<RoomWanted> RoomWanted::read(const http::Request& request) {
  const auto object = read_body(request);
  if (!object) return std::unexpected(object.error());
  const boost::json::value value(*object);
  json::ReadStatus status;
  const json::Reader in(value, status);
  RoomWanted out;
  if (in["title"].present()) {
    auto title = call::clean_title(in["title"].string(kTitleBytesMax));
    if (!title) return std::unexpected(title.error());
    out.title = std::move(*title);
  }
  out.has_lobby = maybe(in["lobby"]);
  out.is_locked = maybe(in["locked"]);
  if (in["permissions"].present()) {
    out.may_unmute = maybe(in["permissions"]["unmute"]);
    out.may_share = maybe(in["permissions"]["share"]);
    out.may_chat = maybe(in["permissions"]["chat"]);
  }
  const auto* password = object->if_contains("password");
  if (password != nullptr && password->is_null()) {
    out.password = "";
  } else if (password != nullptr) {
    out.password = in["password"].string(auth::kPasswordBytesMax);
    if (in.ok() && out.password->empty()) in["password"].fail("is empty; null takes it away");
  }
  if (!status.ok()) return std::unexpected(status.error());
  return out;
}

void RoomWanted::apply(store::RoomSettingsRecord& to) const {
  if (title) to.title = *title;
  to.has_lobby = has_lobby.value_or(to.has_lobby);
  to.is_locked = is_locked.value_or(to.is_locked);
  to.may_unmute = may_unmute.value_or(to.may_unmute);
  to.may_share = may_share.value_or(to.may_share);
  to.may_chat = may_chat.value_or(to.may_chat);
  if (password) to.password_hash = *password;
}

std::vector<call::Request> RoomWanted::to_requests() const {
  std::vector<call::Request> out;
  if (is_locked) out.emplace_back(call::SetLock{*is_locked});
  out.emplace_back(call::SetRoom{title, has_lobby, may_unmute, may_share, may_chat});
  if (password) out.emplace_back(call::SetPassword{{}, *password});
  return out;
}

}  // namespace confab::signaling
