// The lines before a response's body.
#pragma once

#include <string>

#include "platform/http/message.h"

namespace confab::http {

// Status line, Date, Content-Length, Connection, the response's own headers and those every
// response has, and the empty line. Content-Length counts the body even where it is not sent
// (HEAD).
std::string response_head(const Response& response, bool keep_alive, std::int64_t unix_ms);

// What is to be sent as the body: the shared one or its own.
std::string_view response_body(const Response& response);
// Of status 101: its headers say to what.
std::string switching_head(const Response& response);

}  // namespace confab::http
