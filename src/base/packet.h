// Pooled packets. A datagram is received into a slot, decrypted in place and then shared by
// reference with every consumer: forwarding copies no payload until it is written to the wire.
// Shard-local: not thread-safe, no atomics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace confab {

class PacketPool;

// One slot: this, and `capacity` bytes of content behind it. Plain data; ownership is PacketRef's.
// Its books and notes are one cache line, which a fan-out finds in the cache for all receivers but
// the first.
struct alignas(64) PacketSlot {
  static constexpr std::size_t kNotesBytes = 40;

  PacketPool* pool = nullptr;
  std::uint32_t references = 0;
  std::uint16_t size = 0;
  std::uint16_t capacity = 0;
  std::int64_t received_ns = 0;
  alignas(8) std::byte notes[kNotesBytes];

  std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};
static_assert(sizeof(PacketSlot) == 64);

// A counted reference to a slot. An empty reference holds nothing.
class PacketRef {
 public:
  PacketRef() = default;
  PacketRef(const PacketRef& other) : slot_(other.slot_) {
    if (slot_ != nullptr) ++slot_->references;
  }
  PacketRef(PacketRef&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  PacketRef& operator=(PacketRef other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~PacketRef() { reset(); }

  explicit operator bool() const { return slot_ != nullptr; }
  void reset();

  ByteView view() const { return {slot_->bytes(), slot_->size}; }
  // The content, writable: only for a holder who knows that it is not shared yet.
  MutableBytes mutable_view() { return {slot_->bytes(), slot_->size}; }
  // All there is room for: what was asked of the pool, or more.
  MutableBytes capacity() { return {slot_->bytes(), slot_->capacity}; }
  void resize(std::size_t size) { slot_->size = static_cast<std::uint16_t>(size); }
  std::size_t size() const { return slot_->size; }

  // When the kernel took it in, by the wall clock; 0 for all but a sample (engine/delay_sampler.h).
  std::int64_t received_ns() const { return slot_->received_ns; }
  void set_received_ns(std::int64_t wall_ns) { slot_->received_ns = wall_ns; }

  // What was learned of the content, kept beside it for all who share it: a plain struct of the
  // holder's choosing. To be written before it is read, as the same type.
  template <typename Notes>
  void write_notes(const Notes& notes) {
    static_assert(std::is_trivially_copyable_v<Notes> && sizeof(Notes) <= PacketSlot::kNotesBytes &&
                  alignof(Notes) <= 8);
    ::new (slot_->notes) Notes(notes);
  }
  template <typename Notes>
  const Notes& notes() const {
    return *std::launder(reinterpret_cast<const Notes*>(slot_->notes));
  }

  std::uint32_t references() const { return slot_->references; }

 private:
  friend class PacketPool;
  explicit PacketRef(PacketSlot* slot) : slot_(slot) {}
  PacketSlot* slot_ = nullptr;
};

// Hands out slots of two sizes, since histories hold many packets for long and hardly one of them
// needs the larger. Grows in slabs up to a limit and then hands out nothing, which the caller
// counts as a drop. A slab's memory is touched only as its slots are handed out for the first time.
// Must outlive every reference.
class PacketPool {
 public:
  // slots_max: of each size, so that a flood of the one leaves the other its room. Bounds memory:
  // slots_max * 1.3 kB where nothing larger than limits::kUsualPacketBytes comes, 2.9 kB at most.
  explicit PacketPool(std::size_t slots_max);
  ~PacketPool();
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  // Room for `bytes`, which are limits::kPacketBytes at most. An empty reference when the slots of
  // that size are exhausted. The slot's content is whatever was there.
  PacketRef acquire(std::size_t bytes = limits::kPacketBytes);
  // Slots handed out and not given back.
  std::size_t in_use() const { return in_use_; }

 private:
  friend class PacketRef;
  static constexpr std::size_t kSlabSlots = 256;

  struct alignas(PacketSlot) Line {
    std::byte bytes[alignof(PacketSlot)];
  };
  // The slots of one size.
  struct Shelf {
    std::size_t capacity;  // of a slot
    std::vector<std::unique_ptr<Line[]>> slabs;
    std::vector<PacketSlot*> free;
    std::size_t fresh = 0;  // slots at the end of the last slab that nobody had yet

    std::size_t lines_per_slot() const { return 1 + capacity / sizeof(Line); }
  };

  PacketSlot* make(Shelf& shelf);
  bool grow(Shelf& shelf);
  Shelf& shelf_for(std::size_t bytes) { return shelves_[bytes > shelves_[0].capacity ? 1 : 0]; }
  void give_back(PacketSlot* slot);

  std::size_t slots_max_;
  std::size_t in_use_ = 0;
  std::array<Shelf, 2> shelves_;  // smaller slots first
};

inline void PacketRef::reset() {
  PacketSlot* slot = std::exchange(slot_, nullptr);
  if (slot != nullptr && --slot->references == 0) slot->pool->give_back(slot);
}

}  // namespace confab
