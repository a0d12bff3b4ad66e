// What a participant publishes: one track, in one or several streams. Takes its packets from the
// transport, tells them apart, repairs them and hands them to every Consumer. Owned by its
// WebRtcTransport.
#pragma once

#include <cstdint>
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
#include "sfu/media_packet.h"
#include "sfu/producer_stream.h"
#include "sfu/shard_context.h"
#include "sfu/stream_demux.h"

namespace confab::sfu {

class Consumer;
class Router;
class SpeakerDetector;
class WebRtcTransport;

// All that a producer is made of; computed by the command that makes it.
struct ProducerSetup {
  ProducerId id;
  ProducerSlot slot = 0;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::ProducerType type = ortc::ProducerType::kSimple;
  ortc::RtpParameters parameters;  // the publisher's
  ortc::RtpParameters consumable;
  ortc::ProducerMapping mapping;
  bool paused = false;
};

class Producer {
 public:
  Producer(ShardContext& context, WebRtcTransport& transport, Router& router,
           SpeakerDetector& speakers, ProducerSetup setup);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // A packet that the demultiplexer found to be ours. `rtp` is a view of `packet`, which nobody
  // else holds yet.
  void receive(Instant now, const StreamRoute& route, PacketRef packet,
               const rtp::RtpPacketView& rtp);
  void set_paused(Instant now, bool paused);
  // A consumer can not go on without a key frame of this stream.
  void want_key_frame(Instant now, std::uint8_t encoding);
  // Called in the transport's time: which layers are alive is looked at four times a second.
  void check_layers(Instant now);

  void attach(Consumer& consumer) { consumers_.push_back(&consumer); }
  void detach(Consumer& consumer) { std::erase(consumers_, &consumer); }
  const std::vector<Consumer*>& consumers() const { return consumers_; }

  const ProducerId& id() const { return setup_.id; }
  ProducerSlot slot() const { return setup_.slot; }
  ortc::MediaKind kind() const { return setup_.kind; }
  ortc::ProducerType type() const { return setup_.type; }
  const ortc::RtpParameters& parameters() const { return setup_.parameters; }
  const ortc::RtpParameters& consumable() const { return setup_.consumable; }
  bool is_paused() const { return setup_.paused; }
  WebRtcTransport& transport() const { return transport_; }
  codec::Codec codec_of(std::uint8_t router_payload_type) const;
  std::span<ProducerStream> streams() { return streams_; }
  std::span<const ProducerStream> streams() const { return streams_; }
  // Whether packets of that encoding come at present; all of them until the first came.
  bool is_alive(std::uint8_t encoding) const;

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
  void forward(Instant now, const MediaPacket& packet);
  void note_audio_level(Instant now, const rtp::RtpPacketView& rtp);
  CopiedExtensions copied_extensions(const rtp::RtpPacketView& rtp) const;

  ShardContext& context_;
  WebRtcTransport& transport_;
  Router& router_;
  SpeakerDetector& speakers_;
  ProducerSetup setup_;
  ExtensionIds extensions_;
  std::vector<PayloadType> payload_types_;
  std::vector<ProducerStream> streams_;  // one for each encoding, lowest layer first
  std::vector<bool> alive_;              // as the consumers were told
  std::vector<Consumer*> consumers_;
  Instant layers_check_at_ = kNever;
  bool wants_remb_ = false;
};

}  // namespace confab::sfu
