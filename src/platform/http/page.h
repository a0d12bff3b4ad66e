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
// other origins, also of our own site, are not ours. By Sec-Fetch-Site alone where it is there; by
// Origin where a browser does not send that (for WebSocket several do not): then a proxy that drops
// the port of Host makes a page of that port nobody's.
bool is_own_page(const Request& request);

// An address of this machine, or localhost.
bool is_local_host(std::string_view authority);

// Is no network between us and the page that asks? Asked by such a name, from this machine, and by
// no page of another: a proxy beside us may say "localhost" for whoever comes to it.
bool is_of_this_machine(const Request& request);

}  // namespace confab::http
