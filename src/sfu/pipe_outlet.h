// The near end of a pipe: carries one Producer to another shard, one copy of each packet however
// many consumers it has there, and only of the streams that they want. Owned by the Producer.
#pragma once

#include <array>
#include <cstdint>

#include "base/ids.h"
#include "base/instant.h"
#include "base/limits.h"
#include "sfu/media_packet.h"
#include "sfu/pipe_transport.h"

namespace confab::sfu {

class Producer;

class PipeOutlet final : public PipeEnd {
 public:
  PipeOutlet(PipeTransport& pipe, const MeetingId& meeting, Producer& producer);
  ~PipeOutlet();

  std::uint8_t peer() const { return pipe_.peer(); }

  // ---- from the producer ----
  void on_media(const MediaPacket& packet);
  // It was paused, a layer stopped, a sender report came.
  void on_state_changed();
  bool say() override;

  // ---- from the other shard ----
  void on_wish(Instant now, const PipeWish& wish);

 private:
  PipeTransport& pipe_;
  MeetingId meeting_;
  Producer& producer_;
  LayerMask wanted_ = 0;
  LayerMask gaps_ = 0;  // where packets were dropped since the last that went
  bool has_news_ = false;
  std::array<std::uint32_t, limits::kEncodingsPerProducer> epochs_{};
};

}  // namespace confab::sfu
