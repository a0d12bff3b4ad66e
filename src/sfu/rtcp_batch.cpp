#include "sfu/rtcp_batch.h"

namespace confab::sfu {

bool RtcpBatch::begin() {
  packet_ = context_.pool.acquire();
  if (!packet_) {
    context_.counters.drop(Drop::kPoolExhausted);
    return false;
  }
  writer_ = rtcp::CompoundWriter(packet_.capacity().first(kBytes));
  return true;
}

void RtcpBatch::flush() {
  if (!packet_) return;
  PacketRef packet = std::exchange(packet_, {});
  if (writer_.empty()) return;
  const auto size = sender_.protect_rtcp(packet.capacity(), writer_.size());
  if (!size) {
    context_.counters.drop(Drop::kEgressProtect);
    return;
  }
  packet.resize(*size);
  context_.egress.send_control(path_, std::move(packet));
}

}  // namespace confab::sfu
