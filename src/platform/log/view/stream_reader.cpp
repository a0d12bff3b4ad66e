#include "platform/log/view/stream_reader.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace confab::logview {

StreamReader::StreamReader(Source& source, Stream stream, Way way, Position from)
    : source_(source), stream_(std::move(stream)), way_(way), position_(from) {
  const auto found = std::ranges::find(stream_.files, from.file, &File::id);
  if (found != stream_.files.end()) {
    at_ = static_cast<std::size_t>(found - stream_.files.begin());
    // It was cut: what it has now was written after that.
    if (from.offset > file().size) position_.offset = way == Way::kOlder ? file().size : 0;
    return;
  }
  position_ = begin_of(stream_);
  is_over_ = way == Way::kOlder;
}

Position StreamReader::end_of(Source& source, const Stream& stream) {
  const File& last = stream.files.back();
  if (!stream.is_open) return {last.id, last.size};
  const std::size_t wanted = std::min<std::uint64_t>(kBlockBytes, last.size);
  std::string tail(wanted, '\0');
  tail.resize(source.read(last.id, last.size - wanted, tail));
  const std::size_t newline = tail.rfind('\n');
  if (newline == std::string::npos) return {last.id, wanted == last.size ? 0 : last.size};
  return {last.id, last.size - wanted + newline + 1};
}

std::string_view StreamReader::line() const {
  const Piece& piece = lines_[next_];
  std::string_view text = std::string_view(block_).substr(piece.begin, piece.end - piece.begin);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

void StreamReader::take() {
  DCHECK(has_line());
  const Piece& piece = lines_[next_++];
  position_.offset = block_at_ + (way_ == Way::kNewer ? piece.end : piece.begin);
}

std::size_t StreamReader::read() {
  DCHECK(!has_line());
  if (is_over_) return 0;
  lines_.clear();
  next_ = 0;
  return way_ == Way::kNewer ? read_newer() : read_older();
}

void StreamReader::find_lines(std::size_t begin, std::size_t end) {
  while (begin < end) {
    const std::size_t newline = std::min(block_.find('\n', begin), end - 1);
    lines_.push_back({begin, newline + 1});
    begin = newline + 1;
  }
  if (way_ == Way::kOlder) std::ranges::reverse(lines_);
}

bool StreamReader::go_on() {
  const bool has_next = way_ == Way::kNewer ? at_ + 1 < stream_.files.size() : at_ > 0;
  if (!has_next) {
    is_over_ = true;
    return false;
  }
  at_ = way_ == Way::kNewer ? at_ + 1 : at_ - 1;
  position_ = {file().id, way_ == Way::kNewer ? 0 : file().size};
  return true;
}

std::size_t StreamReader::read_newer() {
  // With the byte before, which shows whether a line begins here: not where the last one was too
  // long, nor where another file has taken the place of the one that somebody stood in.
  block_at_ = position_.offset == 0 ? 0 : position_.offset - 1;
  // Not past what was listed: behind a list that is older than a reader's last look, the place
  // where they stand would seem to lie in a file that was cut.
  const std::uint64_t listed = file().size - std::min(file().size, block_at_);
  block_.resize(std::min<std::uint64_t>(kBlockBytes, listed));
  const std::size_t size = source_.read(file().id, block_at_, block_);
  block_.resize(size);
  std::size_t begin = position_.offset - block_at_;
  if (begin > size || size == begin) {
    go_on();
    return size;
  }
  if (begin == 1 && block_.front() != '\n') {
    const std::size_t newline = block_.find('\n');
    begin = newline == std::string::npos ? size : newline + 1;
  }
  const bool is_full = size == kBlockBytes;
  const std::size_t newline = block_.rfind('\n');
  std::size_t end = newline == std::string::npos ? 0 : newline + 1;
  // The last line of a file that nobody writes to any more.
  if (!is_full && !may_grow()) end = size;
  if (end > begin) {
    find_lines(begin, end);
    position_.offset = block_at_ + begin;
  } else if (is_full) {
    if (begin < size) ++lines_too_long_;
    position_.offset = block_at_ + size;
  } else {
    go_on();
  }
  return size;
}

std::size_t StreamReader::read_older() {
  if (position_.offset == 0) {
    go_on();
    return 0;
  }
  block_at_ = position_.offset - std::min<std::uint64_t>(position_.offset, kBlockBytes);
  block_.resize(position_.offset - block_at_);
  const std::size_t size = source_.read(file().id, block_at_, block_);
  if (size < block_.size()) {
    // It was cut, or is gone, since it was listed.
    position_.offset = 0;
    return size;
  }
  const std::size_t first = block_.find('\n');
  const std::size_t last = block_.rfind('\n');
  const bool is_whole_file = position_.offset == file().size && !may_grow();
  const std::size_t end = is_whole_file ? size : last == std::string::npos ? 0 : last + 1;
  std::size_t begin = 0;
  if (block_at_ > 0) begin = first == std::string::npos ? size : first + 1;
  // What is behind the last newline began here, and is longer than a block.
  if (end < size && (last != std::string::npos || block_at_ == 0)) ++lines_too_long_;
  if (begin < end) {
    find_lines(begin, end);
    position_.offset = block_at_ + end;
  } else {
    position_.offset = block_at_ + (begin < size ? begin : 0);
  }
  return size;
}

}  // namespace confab::logview
