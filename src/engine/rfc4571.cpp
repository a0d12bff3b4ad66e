#include "engine/rfc4571.h"

#include <algorithm>

namespace confab::engine {
namespace {

constexpr std::size_t kHeaderBytes = 2;

}  // namespace

ByteView FrameReader::next(ByteView& stream) {
  // The common case: the frame lies whole in what was read, and nothing is copied.
  if (partial_.empty() && stream.size() >= kHeaderBytes) {
    const std::size_t length = load_be16(stream.data());
    if (length > frame_bytes_max_) {
      broken_ = true;
      return {};
    }
    if (stream.size() >= kHeaderBytes + length) {
      const ByteView frame = stream.subspan(kHeaderBytes, length);
      stream = stream.subspan(kHeaderBytes + length);
      return frame;
    }
  }

  // A frame handed out from partial_ was used up by the caller before it came back here.
  if (partial_.size() >= kHeaderBytes &&
      partial_.size() == kHeaderBytes + load_be16(partial_.data())) {
    partial_.clear();
    return {};
  }

  const auto take = [&](std::size_t wanted) {
    const std::size_t n = std::min(wanted - partial_.size(), stream.size());
    partial_.insert(partial_.end(), stream.begin(),
                    stream.begin() + static_cast<std::ptrdiff_t>(n));
    stream = stream.subspan(n);
    return partial_.size() == wanted;
  };
  if (partial_.size() < kHeaderBytes && !take(kHeaderBytes)) return {};
  const std::size_t length = load_be16(partial_.data());
  if (length > frame_bytes_max_) {
    broken_ = true;
    return {};
  }
  if (!take(kHeaderBytes + length)) return {};
  return ByteView(partial_).subspan(kHeaderBytes);
}

}  // namespace confab::engine
