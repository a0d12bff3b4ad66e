// What reading a datagram costs, by kind.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/demux.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet.h"
#include "rtc/rtp/packet_writer.h"
#include "rtc/stun/builder.h"
#include "rtc/stun/integrity_key.h"
#include "rtc/stun/message.h"

namespace confab {
namespace {

using Buffer = std::array<std::uint8_t, 1500>;

// Chromium's video packet: MID, abs-send-time and transport-cc in the one-byte form.
ByteView write_video(Buffer& out) {
  rtp::ExtensionSet extensions;
  extensions.add(1, as_bytes("1"));
  extensions.add(4, rtp::encode_abs_send_time(Instant{} + 1s));
  extensions.add(5, rtp::encode_transport_seq(77));
  const std::vector<std::uint8_t> payload(1100, 0xA5);
  const auto written = rtp::write_rtp_packet(
      out, {.marker = true, .payload_type = 96, .seq = {7}, .timestamp = {9}, .ssrc = {11}},
      extensions, payload);
  return ByteView(out).first(written->size);
}

void classify(benchmark::State& state) {
  Buffer buffer;
  ByteView packet = write_video(buffer);
  for (auto _ : state) {
    benchmark::DoNotOptimize(packet);
    benchmark::DoNotOptimize(rtp::classify(packet));
  }
}
BENCHMARK(classify);

void parse_rtp(benchmark::State& state) {
  Buffer buffer;
  const ByteView packet = write_video(buffer);
  for (auto _ : state) {
    const auto view = rtp::RtpPacketView::parse(packet);
    benchmark::DoNotOptimize(view->extension(5));
  }
}
BENCHMARK(parse_rtp);

// What a receiver of 20 streams sends each second.
void parse_rtcp_report(benchmark::State& state) {
  Buffer buffer;
  rtcp::CompoundWriter writer(buffer);
  const std::vector<rtp::ReportBlock> blocks(20);
  writer.receiver_report({1}, blocks);
  writer.source_description({1}, "a1b2c3d4e5f6");
  const ByteView compound = writer.written();
  for (auto _ : state) {
    rtcp::CompoundReader reader(compound);
    while (const auto packet = reader.next()) {
      const auto report = rtcp::parse_receiver_report(*packet);
      if (!report) continue;
      for (std::size_t i = 0; i < report->blocks.size(); ++i) {
        benchmark::DoNotOptimize(report->blocks[i]);
      }
    }
  }
}
BENCHMARK(parse_rtcp_report);

// Eight losses close to each other: one entry.
void parse_rtcp_nack(benchmark::State& state) {
  Buffer buffer;
  rtcp::CompoundWriter writer(buffer);
  std::array<rtp::SeqNo, 8> missing;
  for (std::uint16_t i = 0; i < missing.size(); ++i)
    missing[i] = {static_cast<std::uint16_t>(2 * i)};
  writer.nack({1}, {2}, missing);
  const ByteView compound = writer.written();
  for (auto _ : state) {
    rtcp::CompoundReader reader(compound);
    const auto nack = rtcp::parse_nack(*reader.next());
    nack->for_each([](rtp::SeqNo seq) { benchmark::DoNotOptimize(seq); });
  }
}
BENCHMARK(parse_rtcp_nack);

ByteView write_check(Buffer& out, const stun::IntegrityKey& key) {
  stun::Builder builder(out, stun::Class::kRequest, stun::TransactionId{1, 2, 3});
  builder.username("abcdefgh:ijkl");
  builder.priority(1853824767);
  builder.ice_controlling(42);
  builder.use_candidate();
  return builder.finish(&key);
}

// All that is done for a check from an unknown user.
void find_stun_user(benchmark::State& state) {
  Buffer buffer;
  const stun::IntegrityKey key("aPasswordOf24Characters!");
  const ByteView check = write_check(buffer, key);
  for (auto _ : state) benchmark::DoNotOptimize(stun::find_local_ufrag(check));
}
BENCHMARK(find_stun_user);

void parse_stun(benchmark::State& state) {
  Buffer buffer;
  const stun::IntegrityKey key("aPasswordOf24Characters!");
  const ByteView check = write_check(buffer, key);
  for (auto _ : state) {
    const auto message = stun::Message::parse(check);
    benchmark::DoNotOptimize(message->check_integrity(key));
  }
}
BENCHMARK(parse_stun);

}  // namespace
}  // namespace confab
