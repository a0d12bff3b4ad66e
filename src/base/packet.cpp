#include "base/packet.h"

#include "base/check.h"

namespace confab {

static_assert(limits::kUsualPacketBytes % alignof(PacketSlot) == 0);
static_assert(limits::kPacketBytes % alignof(PacketSlot) == 0);

PacketPool::PacketPool(std::size_t slots_max)
    : slots_max_(slots_max),
      shelves_{{{.capacity = limits::kUsualPacketBytes, .slabs = {}, .free = {}},
                {.capacity = limits::kPacketBytes, .slabs = {}, .free = {}}}} {}

PacketPool::~PacketPool() {
  CHECK(in_use_ == 0);
}

PacketRef PacketPool::acquire(std::size_t bytes) {
  DCHECK(bytes <= limits::kPacketBytes);
  Shelf& shelf = shelf_for(bytes);
  PacketSlot* slot = nullptr;
  if (!shelf.free.empty()) {
    slot = shelf.free.back();
    shelf.free.pop_back();
  } else {
    slot = make(shelf);
    if (slot == nullptr) return {};
  }
  slot->references = 1;
  slot->size = 0;
  slot->received_ns = 0;
  ++in_use_;
  return PacketRef(slot);
}

PacketSlot* PacketPool::make(Shelf& shelf) {
  if (shelf.fresh == 0 && !grow(shelf)) return nullptr;
  Line* const at = &shelf.slabs.back()[(kSlabSlots - shelf.fresh) * shelf.lines_per_slot()];
  --shelf.fresh;
  auto* const slot = ::new (at) PacketSlot;
  slot->pool = this;
  slot->capacity = static_cast<std::uint16_t>(shelf.capacity);
  return slot;
}

bool PacketPool::grow(Shelf& shelf) {
  const std::size_t slots = (shelf.slabs.size() + 1) * kSlabSlots;
  if (slots > slots_max_) return false;
  shelf.slabs.push_back(
      std::make_unique_for_overwrite<Line[]>(kSlabSlots * shelf.lines_per_slot()));
  shelf.free.reserve(slots);
  shelf.fresh = kSlabSlots;
  return true;
}

void PacketPool::give_back(PacketSlot* slot) {
  DCHECK(in_use_ > 0);
  --in_use_;
  // Last in, first out: the slot that is still in the cache goes out next, and slots that nobody
  // had yet only when there is no other.
  shelf_for(slot->capacity).free.push_back(slot);
}

}  // namespace confab
