#include "rtc/dtls/output_queue.h"

#include <utility>

#include "base/check.h"

namespace confab::dtls {
namespace {

// A handshake's largest flight is about 1.2 kB; data channels may bring more. What a burst made
// the arena grow to is given back.
constexpr std::size_t kArenaBytesKept = 4096;

}  // namespace

void OutputQueue::push_bytes(DtlsOutput kind, ByteView bytes) {
  items_.push_back({std::move(kind), arena_.size(), bytes.size()});
  arena_.insert(arena_.end(), bytes.begin(), bytes.end());
}

bool OutputQueue::pop(DtlsOutput& out) {
  if (is_empty()) return false;
  Item& item = items_[head_++];
  out = std::move(item.output);
  const ByteView bytes = ByteView(arena_).subspan(item.offset, item.size);
  if (Datagram* const datagram = std::get_if<Datagram>(&out)) datagram->bytes = bytes;
  if (ApplicationData* const data = std::get_if<ApplicationData>(&out)) data->bytes = bytes;
  return true;
}

void OutputQueue::recycle() {
  DCHECK(is_empty());
  items_.clear();
  head_ = 0;
  if (arena_.capacity() > kArenaBytesKept) arena_ = {};
  arena_.clear();
}

}  // namespace confab::dtls
