// The half of a transport that sends its participant what others publish: owns the Consumers, names
// their streams, hears what its link carries and shares that out among them, and owes the receiver
// sender reports. Part of a WebRtcTransport that the client receives on.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/allowance.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/net.h"
#include "control/quality.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/ortc.h"
#include "rtc/ortc/shared_capabilities.h"
#include "rtc/rtcp/packet.h"
#include "sfu/allocation.h"
#include "sfu/consumer.h"
#include "sfu/participant.h"
#include "sfu/rate_control.h"
#include "sfu/receiver_queue.h"
#include "sfu/shard_context.h"
#include "sfu/wakeup.h"

namespace confab::sfu {

class RtcpBatch;

class SubscribingSide final : public PaddingSource {
 public:
  // `queue` leads to the receiver.
  SubscribingSide(ShardContext& context, const MeetingId& meeting, Participant& participant,
                  ReceiverQueue& queue, Wakeup& wakeup);
  ~SubscribingSide();
  SubscribingSide(const SubscribingSide&) = delete;
  SubscribingSide& operator=(const SubscribingSide&) = delete;

  // ---- what goes through it; the Router keeps the books ----
  Consumer& add(Source& source, const ConsumerSetup& setup);
  void remove(Consumer& consumer);
  // All of them, with what waits for the receiver.
  void clear();
  const std::unordered_map<ConsumerId, std::unique_ptr<Consumer>>& consumers() const {
    return consumers_;
  }
  std::size_t stream_count() const { return by_ssrc_.size(); }

  // Names that must be unique or the same within this transport.
  ortc::SsrcAllocator& ssrcs() { return ssrcs_; }
  std::string next_mid() { return std::to_string(next_mid_++); }
  std::uint32_t next_stream_number() { return next_stream_number_ += 2; }
  // What its receiver can decode; null until that was told.
  const ortc::CapabilitiesPtr& capabilities() const { return capabilities_; }
  ortc::CapabilitiesHash capabilities_hash() const { return capabilities_hash_; }
  void set_capabilities(ortc::CapabilitiesPtr capabilities, ortc::CapabilitiesHash hash) {
    capabilities_ = std::move(capabilities);
    capabilities_hash_ = hash;
  }

  // ---- from the link ----
  // The receiver can be sent to from now on.
  void on_ready(Instant now);
  // Where the receiver is from now on.
  void on_path(Instant now, const Path& path) { rate_.on_path(now, path); }
  void expire_held(Instant now);
  void handle_timeout(Instant now);
  Instant next_timeout() const { return std::min(rate_.next_timeout(), allot_at_); }
  // A consumer is there, was paused or resumed, or wants other layers.
  void on_wish_changed(Instant now);

  // ---- from the receiver; authentic ----
  void on_report_blocks(Instant now, const rtcp::ReportBlocks& blocks);
  void on_transport_feedback(Instant now, const rtcp::PacketView& packet);
  void on_payload_feedback(Instant now, const rtcp::PacketView& packet);

  // ---- to the receiver ----
  void send_reports(Instant now, RtcpBatch& batch);

  std::optional<EgressEntry> make_padding() override;

  // What the receiver's link carries.
  const RateControl& rate() const { return rate_; }
  // What its layered tracks are sent, when the link was last shared out.
  struct Share {
    // How many of them, by their stream; the last: those of which nothing is sent.
    std::array<std::size_t, limits::kEncodingsPerProducer + 1> by_stream{};
    double target_bps = 0;
    double sent_bps = 0;
  };
  const Share& share() const { return share_; }
  control::LinkStats link_stats(Instant now) const;

 private:
  // What a change of the rate leads to.
  void follow_rate(Instant now);
  void allot(Instant now);
  bool may_report_yet(Instant now) const;
  bool can_be_probed() const;
  double budget_bps(Instant now) const;
  void tell_quality(Instant now);
  void tell_demand(Instant now, const Allocation::Result& result);
  Consumer* find(rtp::Ssrc ssrc) const;

  ShardContext& context_;
  MeetingId meeting_;
  Participant& participant_;
  ReceiverQueue& queue_;
  Wakeup& wakeup_;
  RateControl rate_;
  Allocation allocation_;
  std::vector<Consumer*> layered_;      // in the order in which they came
  std::vector<Allotment*> allotments_;  // of these
  Share share_;
  Instant allot_at_ = kNever;
  double allotted_bps_ = 0;  // the target that was shared out last
  // Browsers send 20 a second at the most; each may name 65,535 packets, and is looked through.
  Allowance feedback_{100, 5ms};
  PacketRef blank_;  // what padding is made of, while there is some
  std::unordered_map<ConsumerId, std::unique_ptr<Consumer>> consumers_;
  std::unordered_map<rtp::Ssrc, Consumer*> by_ssrc_;
  ortc::SsrcAllocator ssrcs_;
  std::uint32_t next_mid_ = 0;
  std::uint32_t next_stream_number_ = 0;
  ortc::CapabilitiesPtr capabilities_;
  ortc::CapabilitiesHash capabilities_hash_ = 0;
};

}  // namespace confab::sfu
