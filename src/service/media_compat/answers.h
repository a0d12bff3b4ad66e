// What is answered, as an object of named fields: the messages' over gRPC, the body's over HTTP.
#pragma once

#include <boost/json/fwd.hpp>

#include "control/rooms/requests.h"

namespace confab::media_compat {

// {rtpCapabilities}, {params}, {id}, {producers}, or {} where all is said.
boost::json::object to_fields(const rooms::Answer& answer);

}  // namespace confab::media_compat
