// What can be asked, by either way: each method of media.MediaService and its twin of HTTP. A
// request arrives as an object of named fields, whichever way it came.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/error.h"
#include "control/rooms/requests.h"
#include "platform/http/message.h"
#include "platform/json/json.h"

namespace confab::media_compat {

// The largest request: a browser's capabilities are about 20 kB, and the reference's HTTP server
// takes 100 kB.
inline constexpr std::size_t kRequestBytesMax = 128 * 1024;
// Of a room's or a user's name; a socket id has 20.
inline constexpr std::size_t kNameBytesMax = 128;
// {roomId, userId, type} with such names is 300. It is given to everybody in the room.
inline constexpr std::size_t kAppDataBytesMax = 1024;

struct Method {
  std::string_view name;  // "Produce"
  http::Method verb = http::Method::kPost;
  // Of the twin; a ":part" is the field of that name.
  std::string_view route;
  rooms::Request (*read)(const boost::json::value& fields, json::ReadStatus& status) = nullptr;
};

std::span<const Method> methods();
// Nullptr if there is no such method.
const Method* find_method(std::string_view name);

// Read and within its limits, or which field is not as asked.
Result<rooms::Request> read_request(const Method& method, const boost::json::value& fields);

}  // namespace confab::media_compat
