// What is done for each receiver of a packet, protection aside: its numbers, its header, and which
// packets leave together.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/packet.h"
#include "base/random.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/rtp/types.h"
#include "sfu/egress_entry.h"
#include "sfu/egress_writer.h"
#include "sfu/packet_map.h"
#include "sfu/segment_planner.h"
#include "sfu/timestamp_rewriter.h"

namespace confab::sfu {
namespace {

void rewrite_numbers(benchmark::State& state) {
  PacketMap map({100});
  TimestampRewriter timestamps({200}, 90'000);
  timestamps.switch_to(Instant{} + 1s, {7000}, std::nullopt);
  map.start_at({0, 0}, 5000, {.picture_id = 1, .tl0_pic_idx = 1});
  std::int64_t seq = 5000;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        timestamps.map(Instant{} + 1s, {static_cast<std::uint32_t>(7000 + seq / 8 * 3000)}));
    const PictureIds ids{.picture_id = static_cast<std::uint16_t>(seq / 8 & 0x7FFF),
                         .tl0_pic_idx = static_cast<std::uint8_t>(seq / 8)};
    const PacketMap::Span* span =
        map.accept(seq, static_cast<std::uint32_t>(timestamps.offset()), ids);
    benchmark::DoNotOptimize(span->apply(ids, true));
    ++seq;
  }
}
BENCHMARK(rewrite_numbers);

EgressStream vp8_stream() {
  using ortc::HeaderExtension;
  EgressStream stream;
  stream.ssrc = {0x12345678};
  stream.payload_type = 101;
  const auto set = [&](HeaderExtension which, std::uint8_t id) {
    stream.extensions.ids[static_cast<std::size_t>(which)] = id;
  };
  set(HeaderExtension::kMid, 1);
  set(HeaderExtension::kAbsSendTime, 4);
  set(HeaderExtension::kTransportCc, 5);
  stream.header = HeaderTemplate(stream.ssrc, stream.payload_type, stream.extensions, "1");
  return stream;
}

// The packet as one receiver is to see it, written into the buffer that leaves.
void write_packet(benchmark::State& state) {
  const auto payload_bytes = static_cast<std::uint16_t>(state.range(0));
  PacketPool pool(256);
  const EgressStream stream = vp8_stream();
  EgressEntry entry;
  entry.packet = pool.acquire();
  constexpr std::uint16_t kHeaderBytes = 32;
  // A VP8 descriptor with a picture id of 15 bits and TL0PICIDX (RFC 7741 §4.2).
  constexpr std::array<std::uint8_t, 6> kDescriptor{0x90, 0xE0, 0x80, 0x01, 0x01, 0x00};
  std::ranges::copy(kDescriptor, &entry.packet.capacity()[kHeaderBytes]);
  entry.packet.resize(kHeaderBytes + payload_bytes);
  entry.stream = &stream;
  entry.packet.write_notes(
      PacketNotes{.payload_offset = kHeaderBytes,
                  .payload_size = payload_bytes,
                  .extensions = {},
                  .picture_ids = {.picture_id = 2, .tl0_pic_idx = 4, .picture_id_is_long = true}});
  std::array<std::uint8_t, 1500> out;
  for (auto _ : state) {
    entry.seq = entry.seq + 1;
    entry.picture_id = static_cast<std::uint16_t>(entry.seq.value & 0x7FFF);
    benchmark::DoNotOptimize(write_entry(out, entry, 0, {.transport_seq = entry.seq.value}));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * payload_bytes);
}
BENCHMARK(write_packet)->Arg(120)->Arg(1100);

// Whole queues are planned, message by message; per packet.
void plan_queue(benchmark::State& state, bool is_mixed) {
  const auto packets = static_cast<std::size_t>(state.range(0));
  SeededRandom random(1);
  std::vector<WaitingPacket> queue(packets);
  for (std::size_t i = 0; i < packets; ++i) {
    queue[i].stream = static_cast<std::uint32_t>(i % 5);
    queue[i].size = static_cast<std::uint16_t>(is_mixed ? random.between(200, 1180) : 1150);
  }
  std::uint64_t messages = 0;
  for (auto _ : state) {
    std::vector<WaitingPacket> waiting = queue;
    while (!waiting.empty()) {
      const PlannedMessage plan = plan_message(waiting, 64);
      benchmark::DoNotOptimize(plan.segment_size);
      ++messages;
      std::erase_if(waiting, [](const WaitingPacket& p) { return p.taken; });
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets));
  state.counters["packets_per_message"] = static_cast<double>(packets) *
                                          static_cast<double>(state.iterations()) /
                                          static_cast<double>(messages);
}
BENCHMARK_CAPTURE(plan_queue, equal, false)->Arg(8)->Arg(64);
BENCHMARK_CAPTURE(plan_queue, mixed, true)->Arg(8)->Arg(64);

}  // namespace
}  // namespace confab::sfu
