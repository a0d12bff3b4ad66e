// The lines before a response's body.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/http/message.h"

namespace confab::http {

// How a client is told where a body ends that nobody has counted: by chunks, or before HTTP/1.1,
// and without knowing whether it is whole, by the end of the connection.
enum class StreamFraming : std::uint8_t { kChunked, kUntilClose };

// Status line, Date, Content-Length, Connection, the response's own headers and those every
// response has, and the empty line. Content-Length counts the body even where it is not sent
// (HEAD).
std::string response_head(const Response& response, bool keep_alive, std::int64_t unix_ms,
                          StreamFraming framing = StreamFraming::kChunked);

// A piece of a stream as it goes out; the empty one ends it (RFC 9112 §7.1).
std::string framed(std::string piece, StreamFraming framing);

// What is to be sent as the body: the shared one or its own.
std::string_view response_body(const Response& response);
// Of status 101: its headers say to what.
std::string switching_head(const Response& response);

}  // namespace confab::http
