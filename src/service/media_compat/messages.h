// The protobuf messages of media.MediaService (proto/media/media.proto) to and from objects of
// named fields. Every field there is a string; some hold JSON, which is read and written on the
// way.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "service/media_compat/methods.h"

namespace confab::media_compat {

// Of the method's request; what is empty is left out. The error names the field.
Result<boost::json::value> parse_message(const Method& method, std::string_view bytes);
// Of the method's response; a field that it does not have is left out.
std::string serialize_message(const Method& method, const boost::json::object& fields);

}  // namespace confab::media_compat
