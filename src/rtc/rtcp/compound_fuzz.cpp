// Walks whatever comes and reads each packet by every parser. What a feedback tells is bounded by
// its own length.
#include "base/check.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtcp/transport_feedback.h"

namespace confab::rtcp {
namespace {

void read_reports(const PacketView& packet) {
  if (const auto report = parse_sender_report(packet)) {
    for (std::size_t i = 0; i < report->blocks.size(); ++i) report->blocks[i];
  }
  if (const auto report = parse_receiver_report(packet)) {
    for (std::size_t i = 0; i < report->blocks.size(); ++i) report->blocks[i];
  }
  if (const auto report = parse_extended_report(packet)) {
    for (std::size_t i = 0; i < report->dlrr_size(); ++i) report->dlrr_item(i);
  }
  parse_cname(packet);
  if (const auto bye = parse_bye(packet)) {
    for (std::size_t i = 0; i < bye->size(); ++i) (*bye)[i];
  }
}

void read_feedback(const PacketView& packet) {
  if (const auto nack = parse_nack(packet)) {
    std::size_t n = 0;
    nack->for_each([&](SeqNo) { ++n; });
    CHECK(n <= 17 * packet.body.size() / 4);
  }
  parse_pli(packet);
  if (const auto fir = parse_fir(packet)) {
    for (std::size_t i = 0; i < fir->size(); ++i) (*fir)[i];
  }
  if (const auto remb = parse_remb(packet)) {
    for (std::size_t i = 0; i < remb->ssrcs.size(); ++i) remb->ssrcs[i];
  }
  if (const auto feedback = parse_transport_feedback(packet)) {
    std::size_t n = 0;
    feedback->for_each_received([&](SeqNo, Duration) { ++n; });
    CHECK(n == feedback->received_count);
    CHECK(n <= packet.body.size());
  }
}

}  // namespace
}  // namespace confab::rtcp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  confab::rtcp::CompoundReader reader({data, size});
  while (const auto packet = reader.next()) {
    confab::rtcp::read_reports(*packet);
    confab::rtcp::read_feedback(*packet);
  }
  return 0;
}
