// The one table of error codes that REST, Socket.IO and gRPC share (docs/protocol.md lists what a
// client can do about each). A peer's or the world's mistake is a value, never an exception.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace confab {

enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  // the message is malformed or a value is out of range
  kUnauthenticated,  // no or wrong credential
  kForbidden,        // known, but not allowed to do this
  kNotFound,         // no such room, transport, producer, ...
  kConflict,         // the state does not allow it now (already joined, already connected)
  kTooLarge,         // a message or field is over its limit
  kRateLimited,      // too many in too short a time
  kFull,             // a limit of the room or of the server is reached
  kUnsupported,      // no common codec, unknown version or feature
  kUnavailable,      // a part of the server is not reachable; try again
  kTimeout,          // a part of the server did not answer in time
  kInternal,         // our mistake; the log has the detail
};

// The word on the wire ("not_found") and the HTTP status (404) for a code.
std::string_view error_code_name(ErrorCode code);
int error_http_status(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // for the person who reads it; never holds a secret
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace confab
