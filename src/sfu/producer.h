// What a participant publishes: one track, in one or several streams. Takes its packets from the
// publisher's side, repairs them and hands them to every Consumer, and to the other shards that
// want them. Owned by its PublishingSide.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/packet.h"
#include "rtc/codec/payload.h"
#include "rtc/ortc/ortc.h"
#include "rtc/rtp/packet.h"
#include "sfu/announced_layers.h"
#include "sfu/layer_rates.h"
#include "sfu/media_packet.h"
#include "sfu/pipe_outlet.h"
#include "sfu/producer_stream.h"
#include "sfu/publisher_link.h"
#include "sfu/shard_context.h"
#include "sfu/source.h"
#include "sfu/stream_demux.h"

namespace confab::sfu {

// All that a producer is made of; computed by the command that makes it.
struct ProducerSetup {
  MeetingId meeting;
  TransportId transport;
  SourceSetup source;
  ProducerSlot slot = 0;
  ortc::RtpParameters parameters;  // the publisher's
  ortc::ProducerMapping mapping;
};

class Producer final : public Source {
 public:
  Producer(ShardContext& context, PublisherLink& link, ProducerSetup setup);
  ~Producer();

  // A packet that the demultiplexer found to be ours. `rtp` is a view of `packet`, which nobody
  // else holds yet.
  void receive(Instant now, const StreamRoute& route, PacketRef packet,
               const rtp::RtpPacketView& rtp);
  void set_paused(Instant now, bool paused);
  // `sent_at`: when it was sent, by the participant's clock.
  void on_sender_report(Instant now, std::uint8_t encoding, const rtcp::SenderInfo& info,
                        NtpTime sent_at);
  // The publisher's clock stands otherwise than it was told.
  void on_clock_changed();
  void want_key_frame(Instant now, std::uint8_t encoding) override;
  void on_wanted_changed() override {}  // what consumers do not want costs nothing here
  // Called in the transport's time: which layers are alive is looked at four times a second.
  void check_layers(Instant now);

  // Where other shards take it from, one outlet for each. Asked for again it is the same.
  PipeOutlet& open_outlet(PipeTransport& pipe);
  // nullptr if that shard has none.
  PipeOutlet* find_outlet(std::uint8_t shard) const;
  std::size_t outlets() const { return outlets_.size(); }

  ProducerSlot slot() const { return slot_; }
  // Nothing if nobody said.
  const ortc::RtpParameters& parameters() const { return parameters_; }
  const TransportId& transport() const { return transport_; }
  std::span<ProducerStream> streams() { return streams_; }
  std::span<const ProducerStream> streams() const { return streams_; }
  const ReportClock& report_clock(std::uint8_t encoding) const override {
    return streams_[encoding].report_clock();
  }
  const ParticipantClock& participant_clock() const override { return link_.participant_clock(); }

  Instant next_timeout() const;
  // For publishers that do not take transport-wide feedback.
  bool wants_remb() const { return wants_remb_; }

 private:
  struct PayloadType {
    std::uint8_t publisher = 0;
    std::uint8_t router = 0;
    codec::Codec codec = codec::Codec::kOther;
    std::optional<std::uint8_t> rtx;  // the publisher's
  };

  const PayloadType* find_payload_type(std::uint8_t publisher) const;
  const PayloadType* find_by_rtx(std::uint8_t rtx) const;
  void receive_rtx(Instant now, std::uint8_t encoding, PacketRef packet,
                   const rtp::RtpPacketView& rtp);
  void receive_media(Instant now, std::uint8_t encoding, PacketRef packet,
                     const rtp::RtpPacketView& rtp, bool repaired);
  void note_audio_level(Instant now, const rtp::RtpPacketView& rtp);
  void note_layers_allocation(Instant now, const rtp::RtpPacketView& rtp);
  CopiedExtensions copied_extensions(const rtp::RtpPacketView& rtp) const;

  ShardContext& context_;
  PublisherLink& link_;
  MeetingId meeting_;
  TransportId transport_;
  ProducerSlot slot_;
  ortc::RtpParameters parameters_;
  ExtensionIds extensions_;
  std::vector<PayloadType> payload_types_;
  std::vector<ProducerStream> streams_;  // one for each encoding, lowest layer first
  std::vector<std::unique_ptr<PipeOutlet>> outlets_;
  Instant flows_since_ = kNever;  // any of the layers
  LayerRates layer_rates_;
  AnnouncedLayers announced_;
  Instant layers_check_at_ = kNever;
  bool wants_remb_ = false;
};

}  // namespace confab::sfu
