// The messages of a link (control/session) as bytes of proto/confab/media/v1, and back. What comes
// in has been looked at when it goes on: known alternatives, enums in range, limits of the ORTC
// types (rtc/ortc/validate.h). protobuf stays behind it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "control/session/messages.h"

namespace confab::media_rpc {

std::string encode(const control::ToMedia& message);
std::string encode(const control::FromMedia& message);

// kInvalidArgument says what is wrong; the peer is of another version, or none of ours.
Result<control::ToMedia> decode_to_media(std::string_view bytes);
Result<control::FromMedia> decode_from_media(std::string_view bytes);

}  // namespace confab::media_rpc
