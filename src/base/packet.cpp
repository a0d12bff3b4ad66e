#include "base/packet.h"

#include "base/check.h"

namespace confab {

PacketPool::PacketPool(std::size_t slots_max) : slots_max_(slots_max) {}

PacketPool::~PacketPool() {
  CHECK(in_use_ == 0);
}

PacketRef PacketPool::acquire() {
  if (free_.empty() && !grow()) return {};
  PacketSlot* slot = free_.back();
  free_.pop_back();
  slot->references = 1;
  slot->size = 0;
  slot->received_ns = 0;
  ++in_use_;
  return PacketRef(slot);
}

bool PacketPool::grow() {
  if (allocated() + kSlabSlots > slots_max_) return false;
  slabs_.push_back(std::make_unique_for_overwrite<PacketSlot[]>(kSlabSlots));
  free_.reserve(allocated());
  // Pushed in reverse, so that slots are handed out in the order they lie in memory.
  for (std::size_t i = kSlabSlots; i-- > 0;) {
    PacketSlot& slot = slabs_.back()[i];
    slot.pool = this;
    free_.push_back(&slot);
  }
  return true;
}

void PacketPool::give_back(PacketSlot* slot) {
  DCHECK(in_use_ > 0);
  --in_use_;
  free_.push_back(slot);  // last in, first out: the slot that is still in the cache goes out next
}

}  // namespace confab
