// Statistics of a meeting as protobuf's. Only this module's sources include it.
#pragma once

#include "confab/media/v1/media.pb.h"
#include "control/media.h"

namespace confab::media_rpc {

void put_stats(const control::MeetingStats& from, confab::media::v1::MeetingStats* out);

}  // namespace confab::media_rpc
