#include "sfu/rtx_history.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

struct RtxHistoryTest : testing::Test {
  EgressEntry entry(std::uint16_t seq) {
    EgressEntry out;
    out.packet = pool.acquire();
    out.seq = {seq};
    return out;
  }
  bool holds(Instant now, std::uint16_t seq) {
    const std::optional<EgressEntry> held = history.take(now, {seq}, Duration::zero());
    return held && held->seq.value == seq;
  }

  PacketPool pool{8192};
  RtxHistory history{1s};
};

TEST_F(RtxHistoryTest, holds_what_was_sent_for_its_time_and_lets_go_of_the_packet) {
  history.add(kT0, entry(10));
  history.add(kT0 + 1ms, entry(11));
  EXPECT_TRUE(holds(kT0 + 900ms, 10));
  history.expire(kT0 + 1001ms);
  EXPECT_FALSE(holds(kT0 + 1001ms, 10));
  EXPECT_TRUE(holds(kT0 + 1001ms, 11));
  EXPECT_EQ(pool.in_use(), 1u);
  history.expire(kT0 + 3s);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(RtxHistoryTest, does_not_repeat_a_packet_before_the_last_repeat_can_have_arrived) {
  history.add(kT0, entry(10));
  EXPECT_TRUE(history.take(kT0 + 100ms, {10}, 50ms));
  EXPECT_FALSE(history.take(kT0 + 149ms, {10}, 50ms));
  EXPECT_TRUE(history.take(kT0 + 150ms, {10}, 50ms));
}

TEST_F(RtxHistoryTest, repeats_a_packet_no_more_often_than_a_browser_asks) {
  history.add(kT0, entry(10));
  for (int i = 1; i <= 10; ++i) EXPECT_TRUE(holds(kT0 + i * 20ms, 10)) << i;
  EXPECT_FALSE(holds(kT0 + 500ms, 10));
  // Another packet in the same place begins anew.
  history.add(kT0 + 2s, entry(10 + 64));
  EXPECT_TRUE(holds(kT0 + 2s, 10 + 64));
}

TEST_F(RtxHistoryTest, knows_when_it_repeated_a_packet_around_the_wrap_of_its_clock) {
  constexpr Instant kBeforeWrap = Instant{} + 65'530ms;
  history.add(kBeforeWrap, entry(10));
  EXPECT_TRUE(history.take(kBeforeWrap, {10}, 50ms));
  EXPECT_FALSE(history.take(kBeforeWrap + 40ms, {10}, 50ms));
  EXPECT_TRUE(history.take(kBeforeWrap + 51ms, {10}, 50ms));
}

TEST_F(RtxHistoryTest, gives_back_what_it_was_given) {
  EgressStream stream;
  EgressEntry given = entry(10);
  given.stream = &stream;
  given.timestamp = {90'000};
  given.packet.write_notes(PacketNotes{.payload_offset = 20, .payload_size = 1100});
  given.picture_id = 300;
  given.tl0_pic_idx = 7;
  history.add(kT0, given);
  const std::optional<EgressEntry> held = history.take(kT0 + 20ms, {10}, 10ms);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->stream, &stream);
  EXPECT_EQ(held->timestamp, given.timestamp);
  EXPECT_EQ(held->notes().payload_offset, 20);
  EXPECT_EQ(held->notes().payload_size, 1100);
  EXPECT_EQ(held->picture_id, 300);
  EXPECT_EQ(held->tl0_pic_idx, 7);
  EXPECT_FALSE(held->is_rtx);
  EXPECT_EQ(held->packet.view().data(), given.packet.view().data());
}

TEST_F(RtxHistoryTest, keeps_less_for_a_receiver_that_is_near) {
  history.set_rtt(5ms);
  history.add(kT0, entry(10));
  history.add(kT0 + 500ms, entry(11));
  EXPECT_EQ(history.size(), 2u);
  history.add(kT0 + 501ms, entry(12));
  EXPECT_FALSE(holds(kT0 + 501ms, 10));
  history.set_rtt(60ms);
  history.add(kT0 + 1300ms, entry(13));
  EXPECT_TRUE(holds(kT0 + 1300ms, 11));
  history.set_rtt(500ms);  // never more than it was made for
  history.add(kT0 + 1501ms, entry(14));
  EXPECT_FALSE(holds(kT0 + 1501ms, 11));
  EXPECT_TRUE(holds(kT0 + 1501ms, 12));
}

TEST_F(RtxHistoryTest, keeps_the_end_of_a_stream_that_pauses) {
  history.set_rtt(5ms);
  history.add(kT0, entry(10));
  history.expire(kT0 + 900ms);
  EXPECT_TRUE(holds(kT0 + 900ms, 10));
  history.expire(kT0 + 1001ms);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(RtxHistoryTest, gives_back_memory_that_a_burst_needed) {
  std::uint16_t seq = 60'000;
  for (int i = 0; i < 1000; ++i) history.add(kT0, entry(seq++));
  const std::size_t at_peak = history.bytes();
  for (int i = 1; i <= 3000; ++i) {
    history.add(kT0 + i * 20ms, entry(seq++));
    if (i % 50 == 0) history.expire(kT0 + i * 20ms);
  }
  EXPECT_LE(history.bytes(), at_peak / 4);
  EXPECT_EQ(history.size(), 51u);
  for (int i = 1; i <= 50; ++i) EXPECT_TRUE(holds(kT0 + 60s, static_cast<std::uint16_t>(seq - i)));
}

TEST_F(RtxHistoryTest, knows_nothing_of_what_was_never_sent) {
  EXPECT_FALSE(holds(kT0, 5));
  history.add(kT0, entry(10));
  history.add(kT0, entry(12));
  EXPECT_FALSE(holds(kT0, 11));
  EXPECT_FALSE(holds(kT0, 13));
  EXPECT_FALSE(holds(kT0, static_cast<std::uint16_t>(10 + 64)));
}

TEST_F(RtxHistoryTest, takes_a_late_packet_into_its_place) {
  history.add(kT0, entry(10));
  history.add(kT0, entry(12));
  history.add(kT0 + 50ms, entry(11));
  history.add(kT0 + 60ms, entry(9));
  for (std::uint16_t seq = 9; seq <= 12; ++seq) EXPECT_TRUE(holds(kT0 + 60ms, seq)) << seq;
}

TEST_F(RtxHistoryTest, grows_to_what_its_time_needs_across_the_wrap) {
  // 2000 packets within half a second, over 65535 -> 0.
  for (int i = 0; i < 2000; ++i) {
    history.add(kT0 + i * 250us, entry(static_cast<std::uint16_t>(64'800 + i)));
  }
  EXPECT_EQ(history.size(), 2000u);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(holds(kT0 + 500ms, static_cast<std::uint16_t>(64'800 + i))) << i;
  }
}

TEST_F(RtxHistoryTest, stays_bounded_however_fast_packets_come) {
  for (int i = 0; i < 6000; ++i) history.add(kT0, entry(static_cast<std::uint16_t>(i)));
  EXPECT_LE(history.size(), 4096u);
  EXPECT_TRUE(holds(kT0, 5999));
  EXPECT_FALSE(holds(kT0, 100));
  EXPECT_EQ(pool.in_use(), history.size());
}

TEST_F(RtxHistoryTest, survives_a_jump_and_forgets_on_clear) {
  history.add(kT0, entry(1));
  history.add(kT0, entry(30'000));
  EXPECT_TRUE(holds(kT0, 30'000));
  EXPECT_FALSE(holds(kT0, 1));
  history.clear();
  EXPECT_EQ(history.size(), 0u);
  EXPECT_EQ(pool.in_use(), 0u);
  history.add(kT0, entry(5));
  EXPECT_TRUE(holds(kT0, 5));
}

}  // namespace
}  // namespace confab::sfu
