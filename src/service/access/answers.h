// How REST of this kind answers.
#pragma once

#include <boost/json/fwd.hpp>

#include "base/error.h"
#include "platform/http/message.h"

namespace confab::access {

// JSON that nobody keeps.
http::Response answer(unsigned status, const boost::json::value& body);
// With when to ask again where that was done too often.
http::Response refusal(const Error& error);

}  // namespace confab::access
