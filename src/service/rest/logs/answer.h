// What readers of logs are sent.
#pragma once

#include <string>
#include <vector>

#include "platform/log/view/scan.h"

namespace confab::logs {

// {"lines":[{"file","text"},...],"older","newer","isEnd","reached","bytesRead","linesTooLong"}: the
// oldest line first, whichever way the scan went.
std::string page_json(logview::Scan& scan, logview::Way way);

// Server-sent events (HTML, "9.2.6 Interpreting an event stream"). The cursor is the event's id,
// which a browser that lost its connection sends back.
std::string lines_event(const std::vector<logview::Scan::Found>& lines,
                        const logview::Cursor& cursor);

// What a reader will not be sent: they were too slow, it was deleted before, or it is too long.
struct Lost {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t lines = 0;
  bool is_any() const { return bytes > 0 || files > 0 || lines > 0; }
};
std::string lost_event(const Lost& lost, const logview::Cursor& cursor);

// Nothing new that fits; the empty data is what makes it an event, whose id is kept.
std::string place_event(const logview::Cursor& cursor);

}  // namespace confab::logs
