// What participants may send once they are let in: authentic RTP and RTCP with any content, raw
// datagrams on their paths, in any order and at any time. Each input is a script of
// (kind, length, bytes); nothing in it may bring the shard down or make it send what is no packet.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/srtp/session.h"
#include "rtc/stun/builder.h"
#include "sfu/shard.h"

namespace confab::sfu {
namespace {

const dtls::DtlsIdentity& identity() {
  static const auto made = dtls::DtlsIdentity::generate(1'700'000'000);
  return *made;
}

SrtpKeys keys(bool is_client) {
  const std::vector<std::uint8_t> exported(srtp_exported_size(SrtpProfile::kAeadAes128Gcm), 7);
  return *SrtpKeys::from_exported(SrtpProfile::kAeadAes128Gcm, exported, is_client);
}

ortc::RtpParameters video(bool by_rid) {
  ortc::RtpParameters out;
  out.mid = by_rid ? "1" : "0";
  ortc::RtpCodecParameters vp8;
  vp8.mime_type = "video/VP8";
  vp8.payload_type = 96;
  vp8.clock_rate = 90000;
  vp8.rtcp_feedback = {{"nack", ""}, {"nack", "pli"}, {"transport-cc", ""}};
  ortc::RtpCodecParameters rtx;
  rtx.mime_type = "video/rtx";
  rtx.payload_type = 97;
  rtx.clock_rate = 90000;
  rtx.parameters = {{"apt", std::int64_t{96}}};
  out.codecs = {vp8, rtx};
  std::uint8_t id = 1;
  for (const auto which :
       {ortc::HeaderExtension::kMid, ortc::HeaderExtension::kRtpStreamId,
        ortc::HeaderExtension::kRepairedRtpStreamId, ortc::HeaderExtension::kTransportCc,
        ortc::HeaderExtension::kVideoOrientation, ortc::HeaderExtension::kAbsCaptureTime}) {
    ortc::RtpHeaderExtensionParameters extension;
    extension.uri = ortc::uri(which);
    extension.id = id++;
    out.header_extensions.push_back(extension);
  }
  if (by_rid) {
    for (const char* rid : {"r0", "r1"}) out.encodings.emplace_back().rid = rid;
  } else {
    ortc::RtpEncoding encoding;
    encoding.ssrc = 0x01010101;
    encoding.rtx_ssrc = 0x02020202;
    out.encodings = {encoding};
  }
  return out;
}

class Script {
 public:
  Script()
      : crypto_(srtp::make_crypto_provider()),
        client_(*crypto_, keys(true)),
        receiver_client_(*crypto_, keys(true)),
        shard_({}, identity(), random_, null_log(), pool_, now_) {
    const auto opened = std::get<control::MeetingOpened>(*ask(control::OpenMeeting{}));
    const TransportId sending = open(control::TransportDirection::kSend, sender_path_);
    const TransportId receiving = open(control::TransportDirection::kReceive, receiver_path_);
    const ortc::CapabilitiesHash hash = ortc::capabilities_hash(opened.router_capabilities);
    CHECK(ask(control::PutCapabilities{receiving, hash, opened.router_capabilities}).has_value());
    for (const bool by_rid : {false, true}) {
      control::Produce produce{sending, ortc::MediaKind::kVideo, video(by_rid), false};
      control::Consume consume;
      consume.transport = receiving;
      consume.producer = std::get<control::Produced>(*ask(produce)).producer;
      consume.capabilities = hash;
      consume.paused = false;
      CHECK(ask(consume).has_value());
    }
  }

  void run(ByteView script) {
    ByteReader reader(script);
    while (reader.ok() && reader.remaining() >= 2) {
      const std::uint8_t kind = reader.u8();
      const ByteView bytes = reader.bytes(std::min<std::size_t>(reader.u8(), reader.remaining()));
      step(kind % 6, bytes);
    }
  }

 private:
  void step(unsigned kind, ByteView bytes) {
    switch (kind) {
      case 0:
        deliver(sender_path_, bytes);
        break;
      case 1:
      case 2:
        deliver_rtp(bytes);
        break;
      case 3:
        deliver_rtcp(client_, sender_path_, bytes);
        break;
      case 4:
        deliver_rtcp(receiver_client_, receiver_path_, bytes);
        break;
      default:
        now_ += std::chrono::milliseconds(bytes.empty() ? 1 : bytes[0]);
        settle();
        break;
    }
  }

  Result<control::MediaResult> ask(control::MediaRequest request) {
    return shard_.handle_command(now_, {1, meeting_, std::move(request)}).result;
  }

  TransportId open(control::TransportDirection direction, const Path& path) {
    const auto created = std::get<control::TransportCreated>(
        *ask(control::CreateTransport{ParticipantId::random(random_), direction}));
    CHECK(shard_.connect_with_keys(now_, meeting_, created.transport, keys(false)).has_value());
    std::array<std::uint8_t, 256> buffer;
    stun::Builder builder(buffer, stun::Class::kRequest, {});
    builder.username(created.ice.username_fragment + ":x");
    builder.priority(1);
    builder.ice_controlling(1);
    builder.use_candidate();
    const stun::IntegrityKey key(created.ice.password);
    deliver(path, builder.finish(&key));
    return created.transport;
  }

  void deliver_rtp(ByteView bytes) {
    std::vector<std::uint8_t> packet(bytes.begin(), bytes.end());
    if (packet.size() < 12) return;
    // Protecting is the client's part: its own mistakes are not looked for here.
    packet.resize(packet.size() + srtp::kRtpOverheadMax);
    const auto size = client_.sender().protect_rtp(packet, bytes.size());
    if (size) deliver(sender_path_, ByteView(packet).first(*size));
  }

  void deliver_rtcp(srtp::SrtpSession& session, const Path& path, ByteView bytes) {
    std::vector<std::uint8_t> packet(bytes.begin(), bytes.end());
    packet.resize(packet.size() + srtp::kRtcpOverheadMax);
    const auto size = session.sender().protect_rtcp(packet, bytes.size());
    if (size) deliver(path, ByteView(packet).first(*size));
  }

  void deliver(const Path& path, ByteView bytes) {
    ReceivedPacket received{path, pool_.acquire()};
    CHECK(static_cast<bool>(received.packet));
    std::copy(bytes.begin(), bytes.end(), received.packet.capacity().begin());
    received.packet.resize(bytes.size());
    shard_.handle_packets(now_, std::span(&received, 1));
    settle();
  }

  void settle() {
    if (shard_.next_timeout() <= now_) shard_.handle_timeout(now_);
    for (;;) {
      const std::span<const Transmit> batch = shard_.poll_transmit(now_);
      if (batch.empty()) break;
      for (const Transmit& message : batch) {
        CHECK(message.segment_size > 0 && message.segments() <= 64);
        CHECK(message.segment_size <= limits::kDatagramBytesOut);
      }
    }
    control::MediaEvent event;
    while (shard_.poll_event(event)) {
    }
  }

  SeededRandom random_{1};
  PacketPool pool_{8192};
  Instant now_ = Instant{} + 1s;
  MeetingId meeting_ = MeetingId::random(random_);
  Path sender_path_{Protocol::kUdp, 0, {IpAddress::v4(0x0A000001), 1000}};
  Path receiver_path_{Protocol::kUdp, 0, {IpAddress::v4(0x0A000002), 2000}};
  std::unique_ptr<srtp::CryptoProvider> crypto_;
  srtp::SrtpSession client_;
  srtp::SrtpSession receiver_client_;
  Shard shard_;
};

}  // namespace
}  // namespace confab::sfu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  confab::sfu::Script script;
  script.run({data, size});
  return 0;
}
