#include "platform/log/view/seek.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "platform/log/view/line.h"
#include "platform/log/view/stream_reader.h"

namespace confab::logview {
namespace {

constexpr auto kAny = std::numeric_limits<std::int64_t>::min();

struct Timed {
  std::uint64_t at;  // where the line begins
  std::int64_t time_ms;
};

// Of the block at `from`: the first line of that time or later that begins there and before `to`.
// What lies between two lines with a time for more than a block is foreign text.
std::optional<Timed> first_timed(Source& source, const File& file, std::uint64_t from,
                                 std::uint64_t to, std::int64_t at_least = kAny) {
  const std::uint64_t at = from == 0 ? 0 : from - 1;
  std::string block(kBlockBytes, '\0');
  block.resize(source.read(file.id, at, block));
  std::size_t begin = 0;
  if (from > 0) begin = std::min(block.find('\n'), block.size()) + 1;
  while (begin < block.size() && at + begin < to) {
    const std::size_t end = std::min(block.find('\n', begin), block.size());
    const auto time = time_of(std::string_view(block).substr(begin, end - begin));
    if (time && *time >= at_least) return Timed{at + begin, *time};
    begin = end + 1;
  }
  return std::nullopt;
}

Position seek_in(Source& source, const File& file, std::int64_t time_ms) {
  std::uint64_t low = 0;  // all lines that begin before it are older
  std::uint64_t high = file.size;
  while (high - low > kBlockBytes) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto found = first_timed(source, file, middle, high);
    if (found && found->time_ms < time_ms) {
      low = found->at;
    } else {
      high = middle;
    }
  }
  // Blocks overlap, so that no line is cut in all of them.
  for (std::uint64_t at = low; at < file.size; at += kBlockBytes / 2) {
    const auto found = first_timed(source, file, at, file.size, time_ms);
    if (found) return {file.id, found->at};
  }
  return {file.id, file.size};
}

}  // namespace

Position seek(Source& source, const Stream& stream, std::int64_t time_ms) {
  // The last file that begins before that time has it.
  for (std::size_t i = stream.files.size(); i-- > 0;) {
    const File& file = stream.files[i];
    const auto first = first_timed(source, file, 0, file.size);
    if (!first || (first->time_ms >= time_ms && i > 0)) continue;
    const Position found = seek_in(source, file, time_ms);
    if (found.offset < file.size) return found;
    return i + 1 < stream.files.size() ? Position{stream.files[i + 1].id, 0}
                                       : StreamReader::end_of(source, stream);
  }
  return StreamReader::begin_of(stream);
}

}  // namespace confab::logview
