// Parses whatever comes; what parses is read everywhere it can be, and composed again.
#include <array>

#include "base/check.h"
#include "rtc/rtp/demux.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet.h"
#include "rtc/rtp/packet_writer.h"

namespace confab::rtp {
namespace {

void read_extensions(const RtpPacketView& view, ExtensionSet& copies) {
  for (unsigned id = 1; id < 256; ++id) {
    const auto data = view.extension(static_cast<std::uint8_t>(id));
    if (!data) continue;
    parse_stream_name(*data);
    parse_abs_send_time(*data);
    parse_transport_seq(*data);
    parse_audio_level(*data);
    parse_video_orientation(*data);
    parse_playout_delay(*data);
    parse_abs_capture_time(*data);
    copies.add(static_cast<std::uint8_t>(id), *data);
  }
}

void check_rewrite(const RtpPacketView& view, const ExtensionSet& extensions) {
  std::array<std::uint8_t, 4096> out;
  const auto written = write_rtx_packet(out, view.header(), extensions, view.seq(), view.payload(),
                                        static_cast<std::uint8_t>(view.padding_size()));
  if (!written) return;
  const auto size =
      unwrap_rtx(MutableBytes(out).first(written->size), view.ssrc(), view.payload_type());
  CHECK(size.has_value());
  const auto again = RtpPacketView::parse(ByteView(out).first(*size));
  CHECK(again.has_value());
  CHECK(again->payload().size() == view.payload().size());
  CHECK(again->padding_size() == view.padding_size());
  for (unsigned id = 1; id < 256; ++id) {
    const auto copy = again->extension(static_cast<std::uint8_t>(id));
    if (copy) CHECK(copy->size() == view.extension(static_cast<std::uint8_t>(id))->size());
  }
}

}  // namespace
}  // namespace confab::rtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  const ByteView packet(data, size);
  rtp::classify(packet);
  const auto view = rtp::RtpPacketView::parse(packet);
  if (!view) return 0;
  for (std::size_t i = 0; i < view->csrc_count(); ++i) view->csrc(i);
  rtp::ExtensionSet copies;
  rtp::read_extensions(*view, copies);
  rtp::check_rewrite(*view, copies);
  return 0;
}
