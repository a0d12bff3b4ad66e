// Pooled packets. A datagram is received into a slot, decrypted in place and then shared by
// reference with every consumer: forwarding copies no payload until it is written to the wire.
// Shard-local: not thread-safe, no atomics.
#pragma once

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

// One slot. Plain data; ownership is PacketRef's. Its books and notes are one cache line, which a
// fan-out finds in the cache for all receivers but the first.
struct alignas(64) PacketSlot {
  static constexpr std::size_t kNotesBytes = 40;

  PacketPool* pool = nullptr;
  std::uint32_t references = 0;
  std::uint16_t size = 0;
  std::int64_t received_ns = 0;
  alignas(8) std::byte notes[kNotesBytes];
  alignas(64) std::uint8_t bytes[limits::kPacketBytes];
};

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

  ByteView view() const { return {slot_->bytes, slot_->size}; }
  // The content, writable: only for a holder who knows that it is not shared yet.
  MutableBytes mutable_view() { return {slot_->bytes, slot_->size}; }
  // The whole slot, for receiving into.
  MutableBytes capacity() { return {slot_->bytes, limits::kPacketBytes}; }
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

// Hands out slots; grows in slabs up to a limit and then hands out nothing, which the caller counts
// as a drop. Must outlive every reference.
class PacketPool {
 public:
  // slots_max bounds memory: slots_max * ~2 KiB.
  explicit PacketPool(std::size_t slots_max);
  ~PacketPool();
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  // An empty reference when the pool is exhausted. The slot's content is whatever was there.
  PacketRef acquire();
  // Slots handed out and not given back.
  std::size_t in_use() const { return in_use_; }
  std::size_t allocated() const { return slabs_.size() * kSlabSlots; }

 private:
  friend class PacketRef;
  static constexpr std::size_t kSlabSlots = 256;
  bool grow();
  void give_back(PacketSlot* slot);

  std::size_t slots_max_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<PacketSlot[]>> slabs_;
  std::vector<PacketSlot*> free_;
};

inline void PacketRef::reset() {
  PacketSlot* slot = std::exchange(slot_, nullptr);
  if (slot != nullptr && --slot->references == 0) slot->pool->give_back(slot);
}

}  // namespace confab
