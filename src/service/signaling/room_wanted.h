// What the body of a request wants of a room.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "call/events.h"
#include "platform/http/message.h"
#include "platform/store/store.h"

namespace confab::signaling {

// An object; {} where there is no body.
Result<boost::json::object> read_body(const http::Request& request);

// Nothing: as it is.
struct RoomWanted {
  std::optional<std::string> title;
  std::optional<bool> has_lobby;
  std::optional<bool> is_locked;
  std::optional<bool> may_unmute;
  std::optional<bool> may_share;
  std::optional<bool> may_chat;
  std::optional<std::string> password;  // "": none from now on; later its hash

  static Result<RoomWanted> read(const http::Request& request);
  void apply(store::RoomSettingsRecord& to) const;
  // The same as hosts ask for it, what is done first last. The password is its hash by now.
  std::vector<call::Request> to_requests() const;
};

}  // namespace confab::signaling
