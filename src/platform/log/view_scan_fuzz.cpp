// Files with anything in them, read from anywhere: each line is found once, whichever way one
// comes, and it ends.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.h"
#include "platform/log/view/scan.h"

namespace logview = confab::logview;

namespace {

class Memory final : public logview::Source {
 public:
  explicit Memory(std::string_view bytes) : bytes_(bytes) {}
  std::size_t read(std::uint64_t, std::uint64_t offset, std::span<char> out) override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), bytes_.size() - offset);
    std::memcpy(out.data(), bytes_.data() + offset, size);
    return size;
  }

 private:
  const std::string_view bytes_;
};

std::size_t longest_line(std::string_view bytes) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  return longest;
}

std::vector<std::string> all(Memory& memory, std::size_t size, logview::Way way) {
  std::vector<std::string> lines;
  std::optional<logview::Cursor> from;
  for (bool is_end = false; !is_end;) {
    logview::Scan scan(memory, {{"a.log", {{1, "a.log.1", size, 0}}, false}}, {}, way, {.lines = 7},
                       from);
    while (!scan.step(1)) {
    }
    for (auto& found : scan.found()) lines.push_back(std::move(found.text));
    from = scan.next();
    CHECK(logview::parse_cursor(logview::cursor_text(*from)) == from);
    is_end = scan.is_end();
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Memory memory(bytes);
  const auto newer = all(memory, size, logview::Way::kNewer);
  auto older = all(memory, size, logview::Way::kOlder);
  std::ranges::reverse(older);
  // Longer lines are passed over, from one side at another border than from the other.
  if (longest_line(bytes) < logview::kBlockBytes - 1) CHECK(newer == older);
  (void)logview::parse_cursor(bytes);
  return 0;
}
