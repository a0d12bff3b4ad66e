// What a participant receives of one Producer, be it connected to this shard or to another: one RTP
// stream that never breaks, whatever pauses, resumes or changes layers behind it. Rewrites, answers
// NACKs, passes key-frame requests on. What it forwards, and whether, its LayerSelector decides.
// Owned by the SubscribingSide of its receiver.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "base/ids.h"
#include "base/instant.h"
#include "cc/control/messages.h"
#include "control/quality.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/types.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/types.h"
#include "sfu/allocation.h"
#include "sfu/key_frame_wish.h"
#include "sfu/layer_selector.h"
#include "sfu/media_packet.h"
#include "sfu/packet_map.h"
#include "sfu/receiver_queue.h"
#include "sfu/repeat_guard.h"
#include "sfu/shard_context.h"
#include "sfu/source.h"
#include "sfu/timestamp_rewriter.h"

namespace confab::sfu {

// All that a consumer is made of. Of the parameters it keeps what forwarding takes; they are a
// kilobyte, and only the receiver needs them again.
struct ConsumerSetup {
  ConsumerId id;
  TransportId transport;     // the receiver's
  std::uint32_t number = 0;  // even, unique within the transport
  ortc::RtpParameters parameters;
  bool paused = true;
};

class Consumer {
 public:
  // `queue` leads to the receiver. Attaches itself to the source.
  Consumer(ShardContext& context, ReceiverQueue& queue, Source& source, const ConsumerSetup& setup);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // ---- from the source ----
  void on_media(Instant now, const MediaPacket& packet);
  void on_producer_paused(Instant now, bool paused);
  // Packets of that stream are missing and will not be repeated: video goes on with a key frame,
  // and the receiver sees no gap that it would ask for in vain.
  void on_gap(std::uint8_t encoding);
  // Looks again at which layer to forward.
  void choose_layer(Instant now);

  // ---- from the control side ----
  void set_paused(Instant now, bool paused);
  // What the receiver has a use for at the most, and what that is worth beside its other tracks
  // (control::SetPreferredLayers).
  void set_preferred(Instant now, Layers layers, std::uint8_t priority = 0);
  // What the receiver's link carries is shared out among its layered tracks: says what there is and
  // is wanted of this one, and takes over what it was given, or all.
  bool is_layered() const { return stream_.is_layered; }
  Allotment& allotment() { return allotment_; }
  const Allotment& allotment() const { return allotment_; }
  void describe_steps();
  void take_allotment(Instant now);
  void take_all(Instant now);
  // Whether its receiver can report each packet that it is sent.
  bool is_numbered() const { return stream_.extensions[ortc::HeaderExtension::kTransportCc] != 0; }
  // What it is sent, and why not more. `link`: how the receiver's link is.
  control::LayerStats layer_stats(Instant now, cc::LinkState link) const;
  // Whether its receiver is to be told of these: they differ from what it was told, and that was
  // not a moment ago. It is, then.
  bool tell(Instant now, const control::LayerStats& stats);
  // A part of a burst that probes the link goes on its RTX, once something was sent.
  bool can_carry_padding() const {
    return stream_.has_rtx() && is_numbered() && statistics_.packets_sent > 0;
  }
  EgressEntry make_padding(const PacketRef& blank);
  // The receiver (or its person) can not decode: PLI, FIR, or a command.
  void request_key_frame(Instant now);
  // The receiver can be sent to from now on: before that nothing was forwarded.
  void on_transport_ready(Instant now);

  // ---- from the receiver's RTCP ----
  void on_nack(Instant now, const rtcp::Nack& nack);
  void on_report(Duration rtt_or_zero, const rtp::ReportBlock& block);

  // What a sender report says now; nothing before the publisher's own report told how its clocks
  // stand, or before anything was sent.
  std::optional<rtcp::SenderInfo> sender_info(Instant now) const;
  // For how long the receiver may ask for a packet again.
  Duration repeat_window() const;

  const ConsumerId& id() const { return id_; }
  const EgressStream& stream() const { return stream_; }
  Source& source() const { return source_; }
  const TransportId& transport() const { return transport_; }
  bool is_paused() const { return selector_.is_paused(); }
  const LayerSelector& layers() const { return selector_; }
  // The streams whose packets it has a use for now.
  LayerMask wanted_layers() const { return selector_.wanted(); }

  struct Statistics {
    std::uint64_t packets_sent = 0;
    std::uint64_t bytes_sent = 0;  // payload
    std::uint64_t packets_retransmitted = 0;
    std::uint64_t nacks_received = 0;
    std::uint64_t plis_received = 0;
    Duration rtt{};
    std::uint8_t fraction_lost = 0;
  };
  const Statistics& statistics() const { return statistics_; }

 private:
  bool is_video() const { return source_.kind() == ortc::MediaKind::kVideo; }
  // Whether the packet belongs to what is forwarded, beginning or switching where it may.
  bool admit(Instant now, const MediaPacket& packet);
  void start_at(Instant now, const MediaPacket& packet);
  void step_back(Instant now);
  void allot(Instant now, Layers layers);
  void starve(Instant now, bool starved);
  control::LayerReason reason(Instant now, cc::LinkState link) const;
  // After a pause, of whoever it was.
  void resume(Instant now);
  void want_target_key_frame(Instant now);
  void want_key_frame(Instant now, std::uint8_t encoding);
  std::optional<rtp::RtpTime> on_previous_clock(const MediaPacket& packet) const;
  EgressEntry make_entry(const MediaPacket& packet, const PacketMap::Span& span) const;
  // What was sent under this number, to be sent again now.
  std::expected<EgressEntry, RepeatRefusal> take_sent(Instant now, rtp::SeqNo seq);
  std::optional<EgressEntry> find_sent(Instant now, rtp::SeqNo seq, std::int64_t sent_as);
  // How long a repeat is taken to be on its way.
  Duration repeat_after() const;
  void send(Instant now, EgressEntry&& entry, bool completes_frame);

  ShardContext& context_;
  ReceiverQueue& queue_;
  Source& source_;
  ConsumerId id_;
  TransportId transport_;
  EgressStream stream_;

  LayerSelector selector_;
  Allotment allotment_;               // if layered
  std::uint8_t priority_ = 0;         // 0: as its source says
  std::optional<SourceId> timeline_;  // what timestamps_ was last set up for
  PacketMap map_;
  TimestampRewriter timestamps_;
  KeyFrameWish key_frame_wish_;
  RepeatGuard repeats_;
  rtp::SeqNo next_rtx_seq_;
  Statistics statistics_;
  control::LayerStats told_;
  Instant told_at_{};
};

}  // namespace confab::sfu
