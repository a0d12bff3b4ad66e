#include "bench/media/trace.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <ranges>
#include <string_view>

#include "base/limits.h"

namespace confab::bench {
namespace {

// Of a header, extensions, a stamped payload and a tag: what is smaller can not be made again.
constexpr std::int64_t kBytesMin = 64;
constexpr std::int64_t kOffsetMax = 3'600'000'000;
constexpr Duration kLengthMin = 1ms;

std::optional<std::int64_t> number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < least || value > most) {
    return std::nullopt;
  }
  return value;
}

std::optional<TracePacket> read_line(std::string_view line) {
  std::vector<std::string_view> cells;
  for (const auto cell : std::views::split(line, ',')) cells.emplace_back(cell.begin(), cell.end());
  if (cells.size() != 4 || (cells[0] != "audio" && cells[0] != "video")) return std::nullopt;
  const auto offset = number(cells[1], 0, kOffsetMax);
  const auto bytes = number(cells[2], 0, limits::kDatagramBytesOut);
  const auto marker = number(cells[3], 0, 1);
  if (!offset || !bytes || !marker) return std::nullopt;
  return TracePacket{.at = std::chrono::microseconds(*offset),
                     .is_video = cells[0] == "video",
                     .marker = *marker == 1,
                     .bytes = static_cast<std::uint16_t>(std::max(*bytes, kBytesMin))};
}

// A frame begins behind the marker of the one before it.
void find_frames(Trace& trace) {
  bool starts = true;
  Duration frame_at{};
  for (TracePacket& packet : trace.packets) {
    packet.frame_at = packet.at;
    if (!packet.is_video) continue;
    packet.starts_frame = starts;
    if (starts) frame_at = packet.at;
    packet.frame_at = frame_at;
    starts = packet.marker;
  }
}

}  // namespace

bool Trace::has_audio() const {
  return std::ranges::any_of(packets, [](const TracePacket& p) { return !p.is_video; });
}

Trace make_bursts(std::size_t packets, std::uint16_t bytes, Duration tick) {
  Trace trace{.length = tick};
  for (std::size_t i = 0; i < packets; ++i) {
    trace.packets.push_back({.starts_frame = i == 0, .marker = i + 1 == packets, .bytes = bytes});
  }
  return trace;
}

Result<Trace> read_trace(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kNotFound, path + " can not be read");
  Trace trace;
  std::string line;
  for (std::size_t at = 1; std::getline(file, line); ++at) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto packet = read_line(line);
    if (!packet || (!trace.packets.empty() && packet->at < trace.packets.back().at)) {
      return fail(ErrorCode::kInvalidArgument, path + ":" + std::to_string(at) + ": " + line);
    }
    trace.packets.push_back(*packet);
  }
  if (trace.packets.empty() || !trace.packets.front().is_video) {
    return fail(ErrorCode::kInvalidArgument, path + " does not begin with a frame of video");
  }
  if (trace.packets.back().at < kLengthMin) {
    return fail(ErrorCode::kInvalidArgument, path + " is too short to be played in a circle");
  }
  find_frames(trace);
  // The circle closes a packet's usual distance behind the last one.
  trace.length = trace.packets.back().at +
                 trace.packets.back().at / static_cast<std::int64_t>(trace.packets.size());
  return trace;
}

}  // namespace confab::bench
