#include "sfu/packet_log.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

struct PacketLogTest : testing::Test {
  void add(Instant at, std::int64_t seq, std::uint32_t epoch = 0) {
    PacketRef bytes = pool.acquire();
    MediaFacts facts;
    facts.source = {0, epoch};
    facts.seq = seq;
    facts.timestamp = {static_cast<std::uint32_t>(seq)};
    log.add(at, MediaPacket(facts, bytes));
  }
  bool holds(Instant now, std::int64_t seq, std::uint32_t epoch = 0) {
    const PacketLog::Entry* held = log.find(now, epoch, seq);
    return held != nullptr && held->timestamp.value == static_cast<std::uint32_t>(seq);
  }

  PacketPool pool{8192};
  PacketLog log{1s};
};

TEST_F(PacketLogTest, holds_what_was_sent_for_its_time_and_lets_go_of_the_packet) {
  add(kT0, 10);
  add(kT0 + 1ms, 11);
  EXPECT_TRUE(holds(kT0 + 900ms, 10));
  log.expire(kT0 + 1001ms);
  EXPECT_FALSE(holds(kT0 + 1001ms, 10));
  EXPECT_TRUE(holds(kT0 + 1001ms, 11));
  EXPECT_EQ(pool.in_use(), 1u);
  log.expire(kT0 + 3s);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(PacketLogTest, gives_back_what_it_was_given) {
  PacketRef bytes = pool.acquire();
  MediaFacts facts;
  facts.source = {0, 3};
  facts.seq = 10;
  facts.timestamp = {90'000};
  facts.payload_type = 101;
  facts.info.picture_id = 300;
  facts.info.tl0_pic_idx = 7;
  facts.notes.payload_offset = 20;
  facts.notes.payload_size = 1100;
  log.add(kT0, MediaPacket(facts, bytes));
  const PacketLog::Entry* held = log.find(kT0 + 20ms, 3, 10);
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->timestamp, facts.timestamp);
  EXPECT_EQ(held->payload_type, 101);
  EXPECT_EQ(held->picture_id, 300);
  EXPECT_EQ(held->tl0_pic_idx, 7);
  EXPECT_EQ(held->packet.notes<PacketNotes>().payload_offset, 20);
  EXPECT_EQ(held->packet.notes<PacketNotes>().payload_size, 1100);
  EXPECT_EQ(held->packet.view().data(), bytes.view().data());
}

TEST_F(PacketLogTest, holds_once_what_many_receivers_were_sent) {
  PacketRef bytes = pool.acquire();
  const MediaPacket packet({}, bytes);
  for (int i = 0; i < 9; ++i) log.add(kT0, packet);
  EXPECT_EQ(log.size(), 1u);
  EXPECT_EQ(bytes.references(), 2u);
}

TEST_F(PacketLogTest, keeps_less_where_all_receivers_are_near) {
  log.set_keep(repeat_window(5ms));
  add(kT0, 10);
  add(kT0 + 500ms, 11);
  EXPECT_EQ(log.size(), 2u);
  add(kT0 + 501ms, 12);
  EXPECT_FALSE(holds(kT0 + 501ms, 10));
  log.set_keep(repeat_window(60ms));
  add(kT0 + 1300ms, 13);
  EXPECT_TRUE(holds(kT0 + 1300ms, 11));
  log.set_keep(repeat_window(500ms));  // never more than it was made for
  add(kT0 + 1501ms, 14);
  EXPECT_FALSE(holds(kT0 + 1501ms, 11));
  EXPECT_TRUE(holds(kT0 + 1501ms, 12));
}

TEST_F(PacketLogTest, keeps_the_end_of_a_stream_that_pauses) {
  log.set_keep(repeat_window(5ms));
  add(kT0, 10);
  log.expire(kT0 + 900ms);
  EXPECT_TRUE(holds(kT0 + 900ms, 10));
  log.expire(kT0 + 1001ms);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(PacketLogTest, a_stream_that_begins_anew_is_another) {
  add(kT0, 10, 0);
  add(kT0 + 10ms, 11, 1);
  EXPECT_FALSE(holds(kT0 + 20ms, 10, 0));
  EXPECT_FALSE(holds(kT0 + 20ms, 11, 0));
  EXPECT_TRUE(holds(kT0 + 20ms, 11, 1));
  EXPECT_EQ(pool.in_use(), 1u);
}

TEST_F(PacketLogTest, gives_back_memory_that_a_burst_needed) {
  std::int64_t seq = 60'000;
  for (int i = 0; i < 1000; ++i) add(kT0, seq++);
  const std::size_t at_peak = log.span_max();
  for (int i = 1; i <= 3000; ++i) {
    add(kT0 + i * 20ms, seq++);
    if (i % 50 == 0) log.expire(kT0 + i * 20ms);
  }
  EXPECT_LE(log.span_max(), at_peak / 4);
  EXPECT_EQ(log.size(), 51u);
  for (int i = 1; i <= 50; ++i) EXPECT_TRUE(holds(kT0 + 60s, seq - i));
}

TEST_F(PacketLogTest, knows_nothing_of_what_was_never_sent) {
  EXPECT_FALSE(holds(kT0, 5));
  add(kT0, 10);
  add(kT0, 12);
  EXPECT_FALSE(holds(kT0, 11));
  EXPECT_FALSE(holds(kT0, 13));
  EXPECT_FALSE(holds(kT0, 10 + 64));
}

TEST_F(PacketLogTest, takes_a_late_packet_into_its_place) {
  add(kT0, 10);
  add(kT0, 12);
  add(kT0 + 50ms, 11);
  add(kT0 + 60ms, 9);
  for (std::int64_t seq = 9; seq <= 12; ++seq) EXPECT_TRUE(holds(kT0 + 60ms, seq)) << seq;
}

TEST_F(PacketLogTest, grows_to_what_its_time_needs) {
  for (int i = 0; i < 2000; ++i) add(kT0 + i * 250us, i);
  EXPECT_EQ(log.size(), 2000u);
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(holds(kT0 + 500ms, i)) << i;
}

TEST_F(PacketLogTest, stays_bounded_however_fast_packets_come) {
  for (int i = 0; i < 6000; ++i) add(kT0, i);
  EXPECT_LE(log.size(), 4096u);
  EXPECT_TRUE(holds(kT0, 5999));
  EXPECT_FALSE(holds(kT0, 100));
  EXPECT_EQ(pool.in_use(), log.size());
}

TEST_F(PacketLogTest, survives_a_jump_and_forgets_on_clear) {
  add(kT0, 1);
  add(kT0, 30'000);
  EXPECT_TRUE(holds(kT0, 30'000));
  EXPECT_FALSE(holds(kT0, 1));
  log.clear();
  EXPECT_EQ(log.size(), 0u);
  EXPECT_EQ(pool.in_use(), 0u);
  add(kT0, 5);
  EXPECT_TRUE(holds(kT0, 5));
}

TEST_F(PacketLogTest, a_jump_over_all_that_is_held_takes_no_more_room) {
  add(kT0, 10);
  const std::size_t before = log.span_max();
  add(kT0 + 1ms, 10 + 5000);
  EXPECT_EQ(log.span_max(), before);
  EXPECT_FALSE(holds(kT0 + 1ms, 10));
  EXPECT_TRUE(holds(kT0 + 1ms, 10 + 5000));
}

TEST_F(PacketLogTest, cleared_it_gives_its_memory_back_and_goes_on) {
  for (std::int64_t seq = 0; seq < 1000; ++seq) add(kT0, seq);
  log.clear();
  EXPECT_EQ(pool.in_use(), 0u);
  EXPECT_EQ(log.span_max(), 0u);
  EXPECT_FALSE(holds(kT0, 999));
  add(kT0 + 1ms, 1000);
  EXPECT_TRUE(holds(kT0 + 1ms, 1000));
}

}  // namespace
}  // namespace confab::sfu
