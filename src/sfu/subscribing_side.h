// The half of a transport that sends its participant what others publish: owns the Consumers, names
// their streams, hears what its link carries, and owes the receiver sender reports. Part of a
// WebRtcTransport that the client receives on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/instant.h"
#include "base/net.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/ortc.h"
#include "rtc/ortc/shared_capabilities.h"
#include "rtc/rtcp/packet.h"
#include "sfu/consumer.h"
#include "sfu/participant.h"
#include "sfu/rate_control.h"
#include "sfu/receiver_queue.h"
#include "sfu/shard_context.h"

namespace confab::sfu {

class RtcpBatch;

class SubscribingSide {
 public:
  // `queue` leads to the receiver.
  SubscribingSide(ShardContext& context, Participant& participant, ReceiverQueue& queue);
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
  void handle_timeout(Instant now) { rate_.handle_timeout(now); }
  Instant next_timeout() const { return rate_.next_timeout(); }

  // ---- from the receiver; authentic ----
  void on_report_blocks(Instant now, const rtcp::ReportBlocks& blocks);
  void on_transport_feedback(Instant now, const rtcp::PacketView& packet);
  void on_payload_feedback(Instant now, const rtcp::PacketView& packet);

  // ---- to the receiver ----
  void send_reports(Instant now, RtcpBatch& batch);

  // What the receiver's link carries.
  const RateControl& rate() const { return rate_; }

 private:
  Consumer* find(rtp::Ssrc ssrc) const;

  ShardContext& context_;
  Participant& participant_;
  ReceiverQueue& queue_;
  RateControl rate_;
  std::unordered_map<ConsumerId, std::unique_ptr<Consumer>> consumers_;
  std::unordered_map<rtp::Ssrc, Consumer*> by_ssrc_;
  ortc::SsrcAllocator ssrcs_;
  std::uint32_t next_mid_ = 0;
  std::uint32_t next_stream_number_ = 0;
  ortc::CapabilitiesPtr capabilities_;
  ortc::CapabilitiesHash capabilities_hash_ = 0;
};

}  // namespace confab::sfu
