// The files of a folder, sorted out: what a service writes, and what was moved aside of it, is one
// stream of lines from the oldest to the newest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace confab::logview {

struct File {
  std::uint64_t id = 0;  // stays when it is renamed, and is not another's later
  std::string name;
  std::uint64_t size = 0;
  std::int64_t written_ms = 0;  // the last time
};

struct Stream {
  std::string name;         // "media-1.log"
  std::vector<File> files;  // the oldest first; never empty
  bool is_open = false;     // the last is still written to: its last line may be half there
};

// What a folder may hold. More streams are left out, and told: StreamsFound::left_out.
inline constexpr std::size_t kStreamsMax = 128;

struct StreamsFound {
  std::vector<Stream> streams;  // by name
  std::size_t left_out = 0;
};

// "media-1.log" of "media-1.log", "media-1.log.20250131T124456.789Z", "media-1.log.1"; empty for
// what is no log, or is packed.
std::string_view stream_name(std::string_view file);

StreamsFound streams_of(std::vector<File> files);

}  // namespace confab::logview
