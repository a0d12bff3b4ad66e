#include "service/rest/logs/answer.h"

#include <algorithm>

#include "platform/clock/clock.h"
#include "platform/log/json_log.h"

namespace confab::logs {
namespace {

void append_lines(std::string& out, const std::vector<logview::Scan::Found>& lines) {
  out += '[';
  for (const logview::Scan::Found& line : lines) {
    if (out.back() != '[') out += ',';
    out += R"({"file":)";
    append_json_string(out, line.stream);
    out += R"(,"text":)";
    append_json_string(out, line.text);
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string page_json(logview::Scan& scan, logview::Way way) {
  std::vector<logview::Scan::Found>& lines = scan.found();
  const bool is_older = way == logview::Way::kOlder;
  if (is_older) std::ranges::reverse(lines);
  std::string out = R"({"lines":)";
  append_lines(out, lines);
  out += R"(,"older":")" + cursor_text(is_older ? scan.next() : scan.begin());
  out += R"(","newer":")" + cursor_text(is_older ? scan.begin() : scan.next());
  out += R"(","isEnd":)";
  out += scan.is_end() ? "true" : "false";
  const auto reached = scan.reached_ms();
  out += R"(,"reached":)" + (reached ? '"' + format_utc(*reached) + '"' : std::string("null"));
  out += R"(,"bytesRead":)" + std::to_string(scan.bytes_read());
  out += R"(,"linesTooLong":)" + std::to_string(scan.lines_too_long()) + '}';
  return out;
}

std::string lines_event(const std::vector<logview::Scan::Found>& lines,
                        const logview::Cursor& cursor) {
  std::string out = "event: lines\nid: " + cursor_text(cursor) + "\ndata: ";
  append_lines(out, lines);
  return out + "\n\n";
}

std::string lost_event(const Lost& lost, const logview::Cursor& cursor) {
  return "event: lost\nid: " + cursor_text(cursor) + R"(
data: {"bytes":)" +
         std::to_string(lost.bytes) + R"(,"files":)" + std::to_string(lost.files) + R"(,"lines":)" +
         std::to_string(lost.lines) + "}\n\n";
}

std::string place_event(const logview::Cursor& cursor) {
  return "event: place\nid: " + cursor_text(cursor) + "\ndata:\n\n";
}

}  // namespace confab::logs
