// Datagrams of one socket on their way out: written in place by protocol code, sent together by
// whoever holds the socket, and then used again. One thread. Nothing is allocated after the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace confab {

class DatagramBatch {
 public:
  // Room for a whole Ethernet frame's payload; a whole number of cache lines.
  static constexpr std::size_t kSlotBytes = 1536;

  explicit DatagramBatch(std::size_t datagrams_max)
      : bytes_(datagrams_max * kSlotBytes), sizes_(datagrams_max) {}

  // Where to write the next datagram; empty when the batch is full, which is counted.
  MutableBytes begin() {
    if (count_ == sizes_.size()) {
      ++refused_;
      return {};
    }
    return MutableBytes(bytes_).subspan(count_ * kSlotBytes, kSlotBytes);
  }
  // The datagram that was written to begin() is part of the batch now; of size 0 it is none.
  void commit(std::size_t size) {
    if (size == 0) return;
    DCHECK(count_ < sizes_.size() && size <= kSlotBytes);
    sizes_[count_++] = static_cast<std::uint16_t>(size);
  }
  // Copies a whole datagram; false if it did not fit.
  bool push(ByteView datagram) {
    const MutableBytes slot = begin();
    if (datagram.empty() || datagram.size() > slot.size()) return false;
    std::memcpy(slot.data(), datagram.data(), datagram.size());
    commit(datagram.size());
    return true;
  }

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  MutableBytes operator[](std::size_t i) {
    return MutableBytes(bytes_).subspan(i * kSlotBytes, sizes_[i]);
  }
  ByteView operator[](std::size_t i) const {
    return ByteView(bytes_).subspan(i * kSlotBytes, sizes_[i]);
  }
  void clear() { count_ = 0; }
  // Datagrams that found no room since the start.
  std::uint64_t refused() const { return refused_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint16_t> sizes_;
  std::size_t count_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace confab
