// The half of a transport that takes what its participant publishes: tells streams apart, owns the
// Producers, and owes the publisher feedback (NACK, PLI, transport-wide feedback) and reports. Part
// of a WebRtcTransport that the client sends on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/packet.h"
#include "cc/twcc/receiver.h"
#include "rtc/ortc/ortc.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/packet.h"
#include "sfu/participant.h"
#include "sfu/producer.h"
#include "sfu/publisher_link.h"
#include "sfu/shard_context.h"
#include "sfu/stream_demux.h"
#include "sfu/wakeup.h"

namespace confab::sfu {

class Router;
class RtcpBatch;

class PublishingSide final : public PublisherLink {
 public:
  PublishingSide(ShardContext& context, Router& router, Participant& participant, Wakeup& wakeup);
  ~PublishingSide();
  PublishingSide(const PublishingSide&) = delete;
  PublishingSide& operator=(const PublishingSide&) = delete;

  // ---- what goes through it; the Router keeps the books ----
  Producer& add(ProducerSetup setup);
  void remove(Producer& producer);
  const std::vector<std::unique_ptr<Producer>>& producers() const { return producers_; }
  std::size_t producer_count() const;
  // A free place for a producer.
  ProducerSlot free_slot() const;
  StreamDemux& demux() { return demux_; }
  const StreamDemux& demux() const { return demux_; }
  ortc::Cname& cname() { return cname_; }

  // ---- from the publisher; authentic ----
  void receive(Instant now, PacketRef packet);
  void on_sender_report(Instant now, const rtcp::SenderReport& report);

  // ---- to the publisher ----
  // When send_feedback has something.
  Instant next_feedback() const;
  void check_layers(Instant now);
  void send_feedback(Instant now, RtcpBatch& batch);
  void send_twcc(Instant now, RtcpBatch& batch);
  void send_reports(Instant now, RtcpBatch& batch);

  // ---- for its producers ----
  void schedule(Instant at) override { wakeup_.schedule(at); }
  void on_audio_level(Instant now, const ProducerId& producer, std::int8_t level_dbov) override;
  const ParticipantClock& participant_clock() const override { return participant_.clock; }

 private:
  ShardContext& context_;
  Router& router_;
  Participant& participant_;
  Wakeup& wakeup_;
  StreamDemux demux_;
  std::vector<std::unique_ptr<Producer>> producers_;  // by ProducerSlot; gaps are empty
  std::unique_ptr<cc::TwccReceiver> twcc_;            // once a producer negotiated it
  std::uint8_t transport_cc_id_ = 0;
  ortc::Cname cname_;
  rtp::Ssrc rtcp_ssrc_;  // who we are in feedback
};

}  // namespace confab::sfu
