// The lines of one stream, one after the other, towards the newest or the oldest, from file to
// file. Holds one block. Lines that do not fit into it are passed over and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/log/view/cursor.h"
#include "platform/log/view/source.h"
#include "platform/log/view/streams.h"

namespace confab::logview {

enum class Way : std::uint8_t { kOlder, kNewer };

class StreamReader {
 public:
  // Between which lines to begin. A position that the stream does not have is its end for kOlder
  // (what was there is gone with all before it), and its beginning for kNewer.
  StreamReader(Source& source, Stream stream, Way way, Position from);

  // What the stream ends with: behind its last whole line.
  static Position end_of(Source& source, const Stream& stream);
  static Position begin_of(const Stream& stream) { return {stream.files.front().id, 0}; }

  const std::string& name() const { return stream_.name; }
  bool has_line() const { return next_ < lines_.size(); }
  // Valid until read() or take().
  std::string_view line() const;
  void take();
  // Without a line: looks for the next ones, and says how many bytes it read for that. It may take
  // several, until there is a line or it is over.
  std::size_t read();
  bool is_over() const { return is_over_ && !has_line(); }
  // In front of line(), or where reading goes on.
  Position position() const { return position_; }
  std::uint64_t lines_too_long() const { return lines_too_long_; }

 private:
  struct Piece {
    std::size_t begin;
    std::size_t end;  // with the newline
  };

  const File& file() const { return stream_.files[at_]; }
  bool may_grow() const { return stream_.is_open && at_ + 1 == stream_.files.size(); }
  std::size_t read_newer();
  std::size_t read_older();
  void find_lines(std::size_t begin, std::size_t end);
  // The next file, at its near end; false: there is none.
  bool go_on();

  Source& source_;
  const Stream stream_;
  const Way way_;
  std::size_t at_ = 0;  // of stream_.files
  Position position_;
  std::string block_;
  std::uint64_t block_at_ = 0;  // its offset in the file
  std::vector<Piece> lines_;    // in the order in which they are taken
  std::size_t next_ = 0;
  bool is_over_ = false;
  std::uint64_t lines_too_long_ = 0;
};

}  // namespace confab::logview
