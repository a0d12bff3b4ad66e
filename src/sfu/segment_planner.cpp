#include "sfu/segment_planner.h"

#include <algorithm>
#include <optional>

#include "base/check.h"

namespace confab::sfu {
namespace {

// Streams that had a packet passed over: what follows on them must wait. Two streams may share a
// bit; then one waits without need, which costs a message and breaks nothing.
class PassedStreams {
 public:
  void add(std::uint32_t stream) { bits_ |= bit(stream); }
  bool contains(std::uint32_t stream) const { return (bits_ & bit(stream)) != 0; }

 private:
  static std::uint64_t bit(std::uint32_t stream) { return std::uint64_t{1} << (stream & 63); }
  std::uint64_t bits_ = 0;
};

std::uint16_t segment_size_for(std::span<const WaitingPacket> waiting, std::size_t first,
                               std::uint8_t padding_max) {
  const std::size_t largest = waiting[first].size + std::size_t{padding_max};
  PassedStreams passed;
  std::uint16_t size = waiting[first].size;
  for (std::size_t i = first + 1; i < waiting.size(); ++i) {
    const WaitingPacket& packet = waiting[i];
    if (packet.taken || passed.contains(packet.stream)) continue;
    if (packet.size > largest || packet.size + padding_max < waiting[first].size) {
      passed.add(packet.stream);
    } else {
      size = std::max(size, packet.size);
    }
  }
  return size;
}

}  // namespace

PlannedMessage plan_message(std::span<WaitingPacket> waiting, std::uint8_t padding_max) {
  DCHECK(waiting.size() <= kSegmentsMax);
  std::size_t first = 0;
  while (waiting[first].taken) ++first;

  PlannedMessage plan;
  plan.segment_size = segment_size_for(waiting, first, padding_max);
  const std::size_t room =
      std::min(kSegmentsMax, kMessageBytesMax / std::size_t{plan.segment_size});
  const auto take = [&](std::size_t i) {
    waiting[i].taken = true;
    plan.order[plan.count++] = static_cast<std::uint8_t>(i);
  };

  PassedStreams passed;
  std::optional<std::size_t> shorter;  // the first that could close the message unpadded
  for (std::size_t i = first; i < waiting.size() && plan.count < room; ++i) {
    const WaitingPacket& packet = waiting[i];
    if (packet.taken || passed.contains(packet.stream)) continue;
    if (packet.size <= plan.segment_size && packet.size + padding_max >= plan.segment_size) {
      take(i);
      continue;
    }
    if (!shorter && packet.size < plan.segment_size) shorter = i;
    passed.add(packet.stream);
  }
  // Nothing of its stream was taken behind it, so it may go last.
  if (shorter && plan.count < room) take(*shorter);
  // A message of one has nothing to be equal to.
  if (plan.count == 1) plan.segment_size = waiting[plan.order[0]].size;
  return plan;
}

}  // namespace confab::sfu
