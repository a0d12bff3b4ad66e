#include "platform/log/view/scan.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "platform/log/view/line.h"
#include "platform/log/view/seek.h"

namespace confab::logview {

Ahead ahead_of(const std::vector<Stream>& streams, const Cursor& cursor) {
  Ahead ahead;
  std::size_t stood_in = 0;
  for (const Stream& stream : streams) {
    std::uint64_t bytes = 0;
    for (const File& file : stream.files) {
      bytes += file.size;
      const auto at = std::ranges::find(cursor, file.id, &Position::file);
      if (at == cursor.end()) continue;
      ++stood_in;
      bytes = file.size - std::min(file.size, at->offset);
    }
    ahead.bytes += bytes;
  }
  ahead.files_gone = cursor.size() - std::min(cursor.size(), stood_in);
  return ahead;
}

Scan::Scan(Source& source, std::vector<Stream> streams, Filter filter, Way way, ScanLimits limits,
           const std::optional<Cursor>& from)
    : source_(source), matcher_(std::move(filter)), way_(way), limits_(limits) {
  // What nobody has looked at yet comes first.
  constexpr auto kUnseen = std::numeric_limits<std::int64_t>::max();
  lanes_.reserve(streams.size());
  for (Stream& stream : streams) {
    const Position start = start_of(stream, from);
    begin_.push_back(start);
    lanes_.push_back({.reader = StreamReader(source_, std::move(stream), way_, start),
                      .time_ms = way_ == Way::kOlder ? kUnseen : -kUnseen});
  }
}

Position Scan::start_of(const Stream& stream, const std::optional<Cursor>& from) const {
  if (from) {
    for (const Position& position : *from) {
      if (std::ranges::count(stream.files, position.file, &File::id) > 0) return position;
    }
    // It came later, or all that somebody had seen of it is gone.
    return way_ == Way::kOlder ? Position{} : StreamReader::begin_of(stream);
  }
  const Filter& filter = matcher_.filter();
  if (way_ == Way::kOlder) {
    return filter.to_ms ? seek(source_, stream, *filter.to_ms + kDisorderMs)
                        : StreamReader::end_of(source_, stream);
  }
  return filter.from_ms ? seek(source_, stream, *filter.from_ms - kDisorderMs)
                        : StreamReader::begin_of(stream);
}

bool Scan::step(std::size_t bytes) {
  const std::uint64_t until = bytes_read_ + bytes;
  while (found_.size() < limits_.lines && page_bytes_ < limits_.page_bytes &&
         bytes_read_ < limits_.bytes_read) {
    Lane* lane = nearest();
    is_end_ = lane == nullptr;
    if (is_end_) return true;
    if (lane->has_found) {
      emit(*lane);
    } else {
      if (bytes_read_ >= until) return false;
      advance(*lane);
    }
  }
  return true;
}

// Of those that may have more, the one whose last line is nearest to where we come from: what the
// others have lies behind it.
Scan::Lane* Scan::nearest() {
  Lane* best = nullptr;
  for (Lane& lane : lanes_) {
    if (lane.is_over()) continue;
    const bool is_nearer = best == nullptr || (way_ == Way::kOlder ? lane.time_ms > best->time_ms
                                                                   : lane.time_ms < best->time_ms);
    if (is_nearer) best = &lane;
  }
  return best;
}

// To its next line that fits, or to the end of a block.
void Scan::advance(Lane& lane) {
  if (!lane.reader.has_line()) bytes_read_ += lane.reader.read();
  while (lane.reader.has_line() && !lane.has_found && !lane.is_past) look(lane);
}

void Scan::look(Lane& lane) {
  const std::string_view text = lane.reader.line();
  // What has no time was written when its neighbour was.
  if (const auto time = time_of(text)) lane.time_ms = *time;
  lane.is_past = is_past(lane.time_ms);
  if (lane.is_past) return;
  lane.has_found = matcher_.may_match(text) && matcher_.matches(text, parse_line(text));
  if (!lane.has_found) lane.reader.take();
}

bool Scan::is_past(std::int64_t time_ms) const {
  const Filter& filter = matcher_.filter();
  if (way_ == Way::kOlder) return filter.from_ms && time_ms < *filter.from_ms - kDisorderMs;
  return filter.to_ms && time_ms > *filter.to_ms + kDisorderMs &&
         time_ms != std::numeric_limits<std::int64_t>::max();
}

void Scan::emit(Lane& lane) {
  found_.push_back({lane.reader.name(), std::string(lane.reader.line())});
  page_bytes_ += found_.back().text.size();
  lane.reader.take();
  lane.has_found = false;
}

Cursor Scan::next() const {
  Cursor cursor;
  for (const Lane& lane : lanes_) cursor.push_back(lane.reader.position());
  return cursor;
}

std::optional<std::int64_t> Scan::reached_ms() const {
  std::optional<std::int64_t> reached;
  for (const Lane& lane : lanes_) {
    if (lane.is_over()) continue;
    const bool is_nearer =
        !reached || (way_ == Way::kOlder ? lane.time_ms > *reached : lane.time_ms < *reached);
    if (is_nearer) reached = lane.time_ms;
  }
  constexpr auto kUnseen = std::numeric_limits<std::int64_t>::max();
  return reached && (*reached == kUnseen || *reached == -kUnseen) ? std::nullopt : reached;
}

std::uint64_t Scan::lines_too_long() const {
  std::uint64_t sum = 0;
  for (const Lane& lane : lanes_) sum += lane.reader.lines_too_long();
  return sum;
}

Scan read_piece(Source& source, std::vector<Stream> streams, const Filter& filter,
                ScanLimits limits, const std::optional<Cursor>& from) {
  limits.bytes_read += streams.size() * kBlockBytes;
  Scan scan(source, std::move(streams), filter, Way::kNewer, limits, from);
  scan.step(limits.bytes_read);
  return scan;
}

}  // namespace confab::logview
