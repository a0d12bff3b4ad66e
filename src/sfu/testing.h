// What tests of the shard's parts stand on: a shard's context without a shard, a track without a
// publisher, and packets of it. Tests only.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "base/random.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/router_capabilities.h"
#include "rtc/rtp/packet_writer.h"
#include "rtc/srtp/session.h"
#include "sfu/media_packet.h"
#include "sfu/receiver_queue.h"
#include "sfu/shard_context.h"
#include "sfu/source.h"

namespace confab::sfu::testing {

inline constexpr Instant kT0 = Instant{} + 10s;
inline constexpr std::uint8_t kVideoPayloadType = 101;
inline constexpr std::uint8_t kTransportCcExtension = 5;

inline const dtls::DtlsIdentity& identity() {
  static const auto made = dtls::DtlsIdentity::generate(1'700'000'000);
  CHECK(made.has_value());
  return *made;
}

// The context that a Shard would own.
struct TestShard {
  ShardConfig config;
  ortc::RtpCapabilities capabilities = *ortc::router_capabilities(config.codecs);
  SeededRandom random{1};
  PacketPool pool{1024};
  std::unique_ptr<srtp::CryptoProvider> crypto = srtp::make_crypto_provider();
  ShardContext context{config, capabilities, identity(), random,         null_log(),
                       pool,   *crypto,      {},         Instant{} + 10s};
};

// As the router would describe a camera: VP8 with RTX, in `layers` streams.
inline ortc::RtpParameters camera_parameters(std::size_t layers, std::uint32_t first_ssrc) {
  ortc::RtpParameters out;
  ortc::RtpCodecParameters vp8;
  vp8.mime_type = "video/VP8";
  vp8.payload_type = kVideoPayloadType;
  vp8.clock_rate = 90000;
  vp8.rtcp_feedback = {{"nack", ""}, {"nack", "pli"}, {"transport-cc", ""}};
  ortc::RtpCodecParameters rtx;
  rtx.mime_type = "video/rtx";
  rtx.payload_type = kVideoPayloadType + 1;
  rtx.clock_rate = 90000;
  rtx.parameters = {{"apt", std::int64_t{kVideoPayloadType}}};
  out.codecs = {vp8, rtx};
  ortc::RtpHeaderExtensionParameters transport_cc;
  transport_cc.uri = ortc::uri(ortc::HeaderExtension::kTransportCc);
  transport_cc.id = kTransportCcExtension;
  out.header_extensions = {transport_cc};
  for (std::size_t i = 0; i < layers; ++i) {
    ortc::RtpEncoding encoding;
    encoding.ssrc = first_ssrc + static_cast<std::uint32_t>(2 * i);
    encoding.rtx_ssrc = *encoding.ssrc + 1;
    out.encodings.push_back(encoding);
  }
  return out;
}

// A camera whose publisher is the test.
class TestSource final : public Source {
 public:
  explicit TestSource(PacketPool& pool, std::size_t layers = 1)
      : Source(setup(layers), 1500ms), pool_(pool), clocks_(layers, ReportClock(90000)) {}

  void want_key_frame(Instant, std::uint8_t encoding) override { key_frames.push_back(encoding); }
  void on_wanted_changed() override {}
  const ReportClock& report_clock(std::uint8_t encoding) const override {
    return clocks_[encoding];
  }
  const ParticipantClock& participant_clock() const override { return participant_clock_; }

  // One frame in one packet.
  void send(Instant now, std::uint8_t encoding, bool is_key_frame) {
    std::array<std::uint8_t, 400> payload{};
    PacketRef packet = pool_.acquire(500);
    rtp::RtpHeader header;
    header.payload_type = kVideoPayloadType;
    header.marker = true;
    const auto written =
        rtp::write_rtp_packet(packet.capacity(), header, rtp::ExtensionSet{}, payload);
    CHECK(written.has_value());
    packet.resize(written->size);
    MediaFacts facts;
    facts.source.encoding = encoding;
    facts.seq = next_seq_[encoding]++;
    facts.timestamp = {static_cast<std::uint32_t>(to_ms(now.time_since_epoch()) * 90)};
    facts.is_newest = true;
    facts.payload_type = kVideoPayloadType;
    facts.info.is_key_frame_start = facts.info.is_switching_point = is_key_frame;
    facts.notes.payload_offset = static_cast<std::uint16_t>(written->size - payload.size());
    facts.notes.payload_size = static_cast<std::uint16_t>(payload.size());
    facts.notes.marker = true;
    forward(now, MediaPacket(facts, packet));
  }
  void pause(Instant now, bool paused) { change_paused(now, paused); }

  void tell_rates(const LayerBps& rates) { (void)change_rates(rates); }

  std::vector<std::uint8_t> key_frames;  // that were asked for

 private:
  static SourceSetup setup(std::size_t layers) {
    SourceSetup out;
    out.kind = ortc::MediaKind::kVideo;
    out.consumable = camera_parameters(layers, 1000);
    return out;
  }

  PacketPool& pool_;
  std::vector<ReportClock> clocks_;
  ParticipantClock participant_clock_;
  std::array<std::int64_t, 4> next_seq_{1, 1, 1, 1};
};

// A way to a receiver.
struct TestReceiver {
  explicit TestReceiver(srtp::CryptoProvider& crypto)
      : sender(crypto, SrtpKeyMaterial{.profile = SrtpProfile::kAes128CmSha1_80}) {
    queue.set_sender(sender);
    queue.path = Path{.remote = {IpAddress::v4(0x0A000001), 5000}};
  }
  std::size_t waiting() const { return queue.lane(EgressClass::kVideo).waiting.size(); }

  srtp::SrtpSender sender;
  ReceiverQueue queue;
};

}  // namespace confab::sfu::testing
