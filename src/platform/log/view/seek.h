// Where in a stream a moment is. Lines lie in the order of time but for moments, so halving finds
// it with some twenty reads of a gigabyte, and nothing has to be kept or kept right.
#pragma once

#include <cstdint>

#include "platform/log/view/cursor.h"
#include "platform/log/view/source.h"
#include "platform/log/view/streams.h"

namespace confab::logview {

// In front of the first line of that time or later; the stream's end if there is none.
Position seek(Source& source, const Stream& stream, std::int64_t time_ms);

}  // namespace confab::logview
