#include "platform/log/view/streams.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace confab::logview {
namespace {

bool is_packed(std::string_view name) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{".gz", ".xz", ".zst", ".bz2"},
                             [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace

std::string_view stream_name(std::string_view file) {
  constexpr std::string_view kEnd = ".log";
  const std::size_t at = file.find(kEnd);
  if (at == std::string_view::npos || at == 0 || file.starts_with('.') || is_packed(file))
    return {};
  const std::string_view behind = file.substr(at + kEnd.size());
  const bool is_log = behind.empty() || behind.starts_with('.') || behind.starts_with('-');
  return is_log ? file.substr(0, at + kEnd.size()) : std::string_view{};
}

StreamsFound streams_of(std::vector<File> files) {
  std::map<std::string, Stream> by_name;
  for (File& file : files) {
    const std::string name(stream_name(file.name));
    if (name.empty()) continue;
    Stream& stream = by_name[name];
    stream.name = name;
    stream.files.push_back(std::move(file));
  }
  StreamsFound found;
  for (auto& [name, stream] : by_name) {
    if (found.streams.size() == kStreamsMax) {
      ++found.left_out;
      continue;
    }
    // Moved aside by whomever and called whatever: the last writing tells the order.
    std::ranges::sort(stream.files, {}, [&](const File& file) {
      return std::tuple(file.name == name, file.written_ms, file.name);
    });
    stream.is_open = stream.files.back().name == name;
    found.streams.push_back(std::move(stream));
  }
  return found;
}

}  // namespace confab::logview
