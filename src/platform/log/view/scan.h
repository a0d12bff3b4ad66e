// One page of what somebody looks for, out of all streams together in the order of time. It is read
// from disk in steps of so many bytes, so that whoever has only one thread can do something between
// them; its memory is a block for each stream and the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/log/view/cursor.h"
#include "platform/log/view/filter.h"
#include "platform/log/view/source.h"
#include "platform/log/view/stream_reader.h"
#include "platform/log/view/streams.h"

namespace confab::logview {

// A line may be written this much later than another that says it is newer: threads take the time
// before they wait for each other, and machines' clocks differ.
inline constexpr std::int64_t kDisorderMs = 10'000;

struct ScanLimits {
  std::size_t lines = 200;
  std::size_t page_bytes = 1024 * 1024;
  // Then it is over though it found little: whoever asked may go on from next().
  std::uint64_t bytes_read = std::uint64_t{256} * 1024 * 1024;
};

// What somebody has not seen who stands there.
struct Ahead {
  std::uint64_t bytes = 0;
  std::size_t files_gone = 0;  // in which they stood
  bool operator==(const Ahead&) const = default;
};
Ahead ahead_of(const std::vector<Stream>& streams, const Cursor& cursor);

class Scan {
 public:
  struct Found {
    std::string stream;
    std::string text;
  };

  // `from`: nothing: from the filter's bounds of time, or the end that `way` leads away from.
  // `source` outlives it.
  Scan(Source& source, std::vector<Stream> streams, Filter filter, Way way, ScanLimits limits,
       const std::optional<Cursor>& from);

  // Reads so much, or until it is over, which it says.
  bool step(std::size_t bytes);

  // In the order in which they were found: with kOlder the newest first.
  std::vector<Found>& found() { return found_; }
  // From where to go on, and, the other way, from where this one began.
  Cursor next() const;
  const Cursor& begin() const { return begin_; }
  // Nothing more lies that way, for now.
  bool is_end() const { return is_end_; }
  // How far it has looked: everything on this side of it was seen.
  std::optional<std::int64_t> reached_ms() const;
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t lines_too_long() const;

 private:
  struct Lane {
    StreamReader reader;
    std::int64_t time_ms;    // of the last line that was looked at
    bool has_found = false;  // reader.line() is one
    bool is_past = false;    // of the filter's bounds of time
    bool is_over() const { return is_past || (!has_found && reader.is_over()); }
  };

  Position start_of(const Stream& stream, const std::optional<Cursor>& from) const;
  Lane* nearest();
  void advance(Lane& lane);
  // Whether the next line is one; otherwise it was passed over.
  void look(Lane& lane);
  void emit(Lane& lane);
  bool is_past(std::int64_t time_ms) const;

  Source& source_;
  Matcher matcher_;
  const Way way_;
  const ScanLimits limits_;
  std::vector<Lane> lanes_;
  Cursor begin_;
  std::vector<Found> found_;
  std::size_t page_bytes_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool is_end_ = false;
};

// A piece towards the newest in one step, for who goes on from its next() with another scan: that
// one reads a block of every stream anew before it can tell which line comes first, and would never
// get on if `limits.bytes_read` had to pay for it. So it reads a block for each stream more: 8 MiB
// at the most.
Scan read_piece(Source& source, std::vector<Stream> streams, const Filter& filter,
                ScanLimits limits, const std::optional<Cursor>& from);

}  // namespace confab::logview
