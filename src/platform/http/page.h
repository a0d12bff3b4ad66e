// The page that a browser asks from, and what it keeps for us.
#pragma once

#include <string_view>

#include "platform/http/message.h"

namespace confab::http {

// "https" where the client came by it, also to a trusted proxy in front of us; else "http".
std::string_view scheme_of(const Request& request);

// The value of the cookie (RFC 6265 §5.4); empty for none. One that is sent twice is none: the
// second may be of somebody who can set cookies for a name above ours.
std::string_view cookie_of(const Request& request, std::string_view name);

// Does a page of ours ask, by the word of a browser? Programs say nothing of pages, and those of
// other origins, also of our own site, are not ours.
bool is_own_page(const Request& request);

// By an address of this machine, or as localhost: no network is between.
bool is_local_host(std::string_view authority);

}  // namespace confab::http
