#include "sim/tap.h"

#include "rtc/rtp/demux.h"
#include "rtc/rtp/packet.h"

namespace confab::sim {
namespace {

std::optional<MediaTag> read_payload(ByteView payload) {
  if (const auto video = read_video(payload)) return video->tag;
  return read_opus(payload);
}

}  // namespace

std::optional<MediaTag> Tap::read(srtp::SrtpReceiver& receiver, ByteView datagram) {
  if (rtp::classify(datagram) != rtp::DatagramKind::kRtp) return std::nullopt;
  copy_.assign(datagram.begin(), datagram.end());
  const auto size = receiver.unprotect_rtp(copy_);
  if (!size) return std::nullopt;
  const auto packet = rtp::RtpPacketView::parse(ByteView(copy_).first(*size));
  if (!packet) return std::nullopt;
  if (const auto tag = read_payload(packet->payload())) return tag;
  // RTX: the original sequence number stands before (RFC 4588 §4).
  if (packet->payload().size() < 2) return std::nullopt;
  return read_payload(packet->payload().subspan(2));
}

}  // namespace confab::sim
