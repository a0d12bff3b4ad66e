// A line from a file that anybody may have written: what is found in it lies in it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "platform/log/view/filter.h"
#include "platform/log/view/line.h"

namespace logview = confab::logview;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)logview::time_of(text);
  (void)logview::parse_time(text);
  const auto line = logview::parse_line(text);
  if (line) {
    for (const std::string_view part : {line->service, line->node, line->rooms[0], line->rooms[1],
                                        line->participant, line->trace}) {
      CHECK(part.empty() ||
            (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size()));
    }
  }
  logview::Matcher all({});
  CHECK(all.matches(text, line));
  logview::Matcher own({.text = std::string(text.substr(0, text.size() / 2))});
  CHECK(own.matches(text, line));
  return 0;
}
