// A small map from SSRC to a stream's state: open addressing with linear probing, since it is asked
// once per packet. Memory grows only in insert().
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace confab::srtp {

template <typename Stream>
class SsrcTable {
 public:
  SsrcTable() : slots_(kInitialSlots) {}

  std::size_t size() const { return size_; }

  Stream* find(std::uint32_t ssrc) {
    for (std::size_t at = home(ssrc); slots_[at].used; at = next(at)) {
      if (slots_[at].ssrc == ssrc) return &slots_[at].stream;
    }
    return nullptr;
  }

  // `ssrc` must not be in the table. References stay valid until the next insert or erase.
  Stream& insert(std::uint32_t ssrc) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    ++size_;
    Slot& slot = slots_[free_slot(ssrc)];
    slot = {Stream{}, ssrc, true};
    return slot.stream;
  }

  // Takes out the stream for which `age` gives the least. Linear: for tables at their limit.
  template <typename Age>
  void erase_least(Age&& age) {
    std::size_t least = slots_.size();
    for (std::size_t at = 0; at < slots_.size(); ++at) {
      if (!slots_[at].used) continue;
      if (least == slots_.size() || age(slots_[at].stream) < age(slots_[least].stream)) least = at;
    }
    if (least < slots_.size()) erase_at(least);
  }

 private:
  struct Slot {
    Stream stream{};
    std::uint32_t ssrc = 0;
    bool used = false;
  };
  // Room for one. A transport that only receives has no RTP of its peer and RTCP of one SSRC, and
  // an inbound stream's slot is 104 bytes.
  static constexpr std::size_t kInitialSlots = 2;

  // Fibonacci hashing: SSRCs are random, but a peer chooses them.
  std::size_t home(std::uint32_t ssrc) const {
    return (std::uint64_t{ssrc} * 0x9E3779B97F4A7C15u >> 32) & (slots_.size() - 1);
  }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  std::size_t free_slot(std::uint32_t ssrc) const {
    std::size_t at = home(ssrc);
    while (slots_[at].used) at = next(at);
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.used) slots_[free_slot(slot.ssrc)] = std::move(slot);
    }
  }

  // Closes the gap, so that probing needs no tombstones: whatever would not be found any more from
  // its home moves into it.
  void erase_at(std::size_t gap) {
    --size_;
    for (std::size_t at = next(gap); slots_[at].used; at = next(at)) {
      const std::size_t mask = slots_.size() - 1;
      const std::size_t from_home = (at - home(slots_[at].ssrc)) & mask;
      const std::size_t from_gap = (at - gap) & mask;
      if (from_home >= from_gap) {
        slots_[gap] = std::move(slots_[at]);
        gap = at;
      }
    }
    slots_[gap] = {};
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t size_ = 0;
};

}  // namespace confab::srtp
