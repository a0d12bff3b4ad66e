// The far end of a pipe: a producer whose publisher is connected to another shard of this server.
// Its consumers can not tell. Repair, key-frame requests to the publisher and statistics are the
// business of the Producer itself; here nothing is lost but what the pipe had no room for. Owned by
// the Router.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/limits.h"
#include "sfu/pipe_transport.h"
#include "sfu/report_clock.h"
#include "sfu/shard_context.h"
#include "sfu/source.h"

namespace confab::sfu {

class PipedProducer final : public Source, public PipeEnd {
 public:
  PipedProducer(ShardContext& context, PipeTransport& pipe, const MeetingId& meeting,
                SourceSetup setup);
  ~PipedProducer();

  // ---- from the publisher's shard ----
  void on_media(Instant now, const PipedMedia& media, ByteView bytes);
  void on_state(Instant now, const PipedState& state);

  // ---- from the consumers ----
  void want_key_frame(Instant now, std::uint8_t encoding) override;
  void on_wanted_changed() override { pipe_.wait(*this); }
  bool say() override;
  const ReportClock& report_clock(std::uint8_t encoding) const override {
    return report_clocks_[encoding];
  }
  const ParticipantClock& participant_clock() const override { return participant_clock_; }

 private:
  ShardContext& context_;
  PipeTransport& pipe_;
  MeetingId meeting_;
  ParticipantClock participant_clock_;
  std::vector<ReportClock> report_clocks_;  // one for each encoding
  // When a key frame was last asked for and has not come since.
  std::array<Instant, limits::kEncodingsPerProducer> asked_at_;
  LayerMask key_frames_ = 0;  // to be asked for
  LayerMask told_wanted_ = 0;
  bool is_new_ = true;
};

}  // namespace confab::sfu
