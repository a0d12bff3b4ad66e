// From what Beast parsed to our Request.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <span>

#include "base/ip_prefix.h"
#include "base/net.h"
#include "platform/http/message.h"

namespace confab::http {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Takes the body out of `from`. Nothing when the target is not a path.
std::optional<Request> build_request(BeastRequest& from, Endpoint remote,
                                     std::span<const IpPrefix> trusted_proxies, bool is_tls);

}  // namespace confab::http
