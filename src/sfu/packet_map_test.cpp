#include "sfu/packet_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace confab::sfu {
namespace {

constexpr SourceId kLow{0, 0};
constexpr SourceId kHigh{1, 0};

// The number that the packet is forwarded under; nothing if it must not go out.
std::optional<std::int64_t> accept(PacketMap& map, std::int64_t seq, PictureIds ids = {},
                                   std::uint32_t time_offset = 0) {
  const PacketMap::Span* span = map.accept(seq, time_offset, ids);
  if (span == nullptr) return std::nullopt;
  return seq + span->seq_offset;
}
PictureIds ids_of(PacketMap& map, std::int64_t seq, const PictureIds& ids, bool is_long = true) {
  const PacketMap::Span* span = map.accept(seq, 0, ids);
  return span == nullptr ? PictureIds{} : span->apply(ids, is_long);
}

TEST(PacketMap, goes_on_without_a_gap_where_the_source_starts_again) {
  PacketMap map({100});
  map.start_at(kLow, 7000, {});
  EXPECT_EQ(accept(map, 7000), 100);
  EXPECT_EQ(accept(map, 7001), 101);
  map.start_at(kHigh, 9000, {});
  EXPECT_EQ(accept(map, 9000), 102);
  EXPECT_EQ(accept(map, 9002), 104);  // a gap of the source stays one: it may be filled
  EXPECT_EQ(accept(map, 9001), 103);
}

TEST(PacketMap, hides_what_came_before_the_start) {
  PacketMap map({1});
  map.start_at(kLow, 500, {});
  ASSERT_TRUE(accept(map, 500));
  EXPECT_FALSE(accept(map, 499));
}

TEST(PacketMap, reads_what_a_receiver_says_across_the_wrap_of_the_wire) {
  PacketMap map({65535});
  map.start_at(kLow, -3, {});
  EXPECT_EQ(accept(map, -3), 65535);
  EXPECT_EQ(accept(map, -2), 65536);
  EXPECT_EQ(map.unwrap({65535}), 65535);
  EXPECT_EQ(map.unwrap({0}), 65536);
  EXPECT_EQ(map.find(map.unwrap({1})), nullptr);  // not given out yet
}

TEST(PacketMap, closes_the_numbers_over_what_is_left_out) {
  PacketMap map({10});
  map.start_at(kLow, 0, {});
  EXPECT_EQ(accept(map, 0), 10);
  EXPECT_TRUE(map.leave_out(1, std::nullopt));
  EXPECT_TRUE(map.leave_out(2, std::nullopt));
  EXPECT_EQ(accept(map, 3), 11);
  EXPECT_TRUE(map.leave_out(4, std::nullopt));
  EXPECT_EQ(accept(map, 5), 12);
  EXPECT_EQ(map.find(10)->seq_offset, 10);
  EXPECT_EQ(map.find(11)->seq_offset, 8);
  EXPECT_EQ(map.find(12)->seq_offset, 7);
}

TEST(PacketMap, a_packet_that_was_left_out_does_not_go_out_when_it_comes_again) {
  PacketMap map({10});
  map.start_at(kLow, 0, {});
  ASSERT_TRUE(accept(map, 0));
  ASSERT_TRUE(map.leave_out(1, std::nullopt));
  ASSERT_TRUE(accept(map, 2));
  EXPECT_FALSE(accept(map, 1));
}

TEST(PacketMap, what_is_missing_before_a_packet_left_out_keeps_its_number) {
  PacketMap map({10});
  map.start_at(kLow, 0, {});
  ASSERT_TRUE(accept(map, 0));
  ASSERT_TRUE(map.leave_out(2, std::nullopt));  // 1 has not come
  EXPECT_EQ(accept(map, 3), 12);
  EXPECT_FALSE(map.leave_out(1, std::nullopt));  // its number is taken
  EXPECT_EQ(accept(map, 1), 11);
  EXPECT_EQ(map.find(11)->seq_offset, 10);
}

TEST(PacketMap, knows_how_late_a_packet_is) {
  PacketMap map({10});
  map.start_at(kLow, 0, {});
  EXPECT_LE(map.lateness(0), 0);
  ASSERT_TRUE(accept(map, 0));
  ASSERT_TRUE(accept(map, 5));
  EXPECT_EQ(map.lateness(3), 2);
  EXPECT_LE(map.lateness(6), 0);
}

TEST(PacketMap, leads_each_number_to_the_source_and_the_shift_it_went_out_with) {
  PacketMap map({10});
  EXPECT_EQ(map.find(10), nullptr);
  map.start_at(kLow, 0, {});
  accept(map, 0, {}, 7);
  accept(map, 1, {}, 7);
  accept(map, 2, {}, 90);  // the source took a new base of its time
  map.start_at(kHigh, 500, {});
  accept(map, 500, {}, 3);
  EXPECT_EQ(map.find(9), nullptr);
  EXPECT_EQ(map.find(11)->time_offset, 7u);
  EXPECT_EQ(map.find(12)->time_offset, 90u);
  EXPECT_EQ(map.find(12)->source, kLow);
  EXPECT_EQ(map.find(13)->source, kHigh);
  EXPECT_EQ(map.find(14), nullptr);
}

TEST(PacketMap, a_start_at_which_nothing_went_out_leaves_no_trace) {
  PacketMap map({10});
  map.start_at(kLow, 0, {});
  accept(map, 0);
  map.start_at(kHigh, 100, {});
  map.start_at(kLow, 50, {});
  EXPECT_EQ(accept(map, 50), 11);
  EXPECT_EQ(map.find(11)->source, kLow);
}

TEST(PacketMap, forgets_the_oldest_spans_and_no_newer_ones) {
  PacketMap map({0});
  map.start_at(kLow, 0, {});
  for (std::int64_t i = 0; i < 400; i += 2) {
    ASSERT_TRUE(accept(map, i));
    ASSERT_TRUE(map.leave_out(i + 1, std::nullopt));
  }
  EXPECT_EQ(map.find(0), nullptr);
  EXPECT_FALSE(accept(map, 0));
  EXPECT_EQ(199 - map.find(199)->seq_offset, 398);
  EXPECT_EQ(160 - map.find(160)->seq_offset, 320);
}

TEST(PacketMap, first_stream_keeps_its_picture_ids) {
  PacketMap map({0});
  map.start_at(kLow, 0, {300, 5});
  EXPECT_EQ(ids_of(map, 0, {300, 5}), (PictureIds{300, 5}));
  EXPECT_EQ(ids_of(map, 1, {301, 6}), (PictureIds{301, 6}));
}

TEST(PacketMap, picture_ids_of_the_next_stream_go_on_by_one_and_wrap) {
  PacketMap map({0});
  map.start_at(kLow, 0, {0x7FFE, 254});
  ids_of(map, 0, {0x7FFE, 254});
  map.start_at(kHigh, 50, {12, 40});
  EXPECT_EQ(ids_of(map, 50, {12, 40}), (PictureIds{0x7FFF, 255}));
  EXPECT_EQ(ids_of(map, 52, {13, 41}), (PictureIds{0, 0}));
  // A late packet of the picture before keeps that picture's id.
  EXPECT_EQ(ids_of(map, 51, {12, 40}), (PictureIds{0x7FFF, 255}));
  EXPECT_EQ(ids_of(map, 53, {14, 42}), (PictureIds{1, 1}));
}

TEST(PacketMap, picture_ids_fit_the_room_of_the_packet) {
  PacketMap map({0});
  map.start_at(kLow, 0, {127, std::nullopt});
  ids_of(map, 0, {127, std::nullopt}, false);
  EXPECT_EQ(ids_of(map, 1, {0, std::nullopt}, false).picture_id, 0);
  EXPECT_FALSE(ids_of(map, 2, {1, std::nullopt}, false).tl0_pic_idx);
}

// VP8: a decoder waits where a picture id is missing, and TL0PICIDX counts what is never left out.
TEST(PacketMap, pictures_left_out_leave_no_gap_in_their_ids) {
  PacketMap map({0});
  map.start_at(kLow, 0, {100, 7});
  EXPECT_EQ(ids_of(map, 0, {100, 7}), (PictureIds{100, 7}));
  ASSERT_TRUE(map.leave_out(1, 101));
  ASSERT_TRUE(map.leave_out(2, 101));  // the same picture
  EXPECT_EQ(ids_of(map, 3, {102, 7}), (PictureIds{101, 7}));
  ASSERT_TRUE(map.leave_out(4, 103));
  EXPECT_EQ(ids_of(map, 5, {104, 8}), (PictureIds{102, 8}));
  // What the receiver asks for again has the ids it was sent with.
  EXPECT_EQ(map.find(1)->apply({102, 7}, true), (PictureIds{101, 7}));
}

// VP9's ids have a meaning of their own (RFC 9628 §4.2): they are shifted only at a start.
TEST(PacketMap, pictures_left_out_leave_a_gap_where_the_codec_wants_it) {
  PacketMap map({0});
  map.start_at(kLow, 0, {100, std::nullopt});
  ids_of(map, 0, {100, std::nullopt});
  ASSERT_TRUE(map.leave_out(1, std::nullopt));
  EXPECT_EQ(ids_of(map, 2, {102, std::nullopt}).picture_id, 102);
}

// What happened to each packet of a source, and what a map that keeps a note of each says of it.
struct Model {
  std::map<std::int64_t, std::int64_t> source_of;  // by the number given out

  void give(std::int64_t out, std::int64_t seq, std::uint64_t seed) {
    const bool is_new = source_of.emplace(out, seq).second;
    EXPECT_TRUE(is_new) << "number " << out << " twice, seed " << seed;
  }
};

// Packets of frames that come late, twice or never, of which every other frame is left out.
TEST(PacketMap, every_number_leads_back_to_its_one_packet_whatever_is_lost_and_left_out) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::int64_t> arrivals;
    for (std::int64_t seq = 0; seq < 600; ++seq) {
      if (seq > 0 && random() % 20 == 0) continue;  // lost
      const std::size_t back = random() % 10 == 0 ? random() % 8 : 0;
      arrivals.insert(arrivals.end() - static_cast<std::ptrdiff_t>(
                                           seq == 0 ? 0 : std::min(back, arrivals.size() - 1)),
                      seq);
    }
    PacketMap map({static_cast<std::uint16_t>(random())});
    const std::int64_t first = map.next();
    map.start_at(kLow, 0, {});
    Model model;
    std::int64_t left_out = 0;
    for (const std::int64_t seq : arrivals) {
      const bool unwanted = (seq / 3) % 2 == 1;
      if (unwanted && map.leave_out(seq, std::nullopt)) {
        ++left_out;
      } else if (const auto out = accept(map, seq)) {
        model.give(*out, seq, seed);
        const PacketMap::Span* span = map.find(*out);
        ASSERT_NE(span, nullptr) << "seed " << seed;
        EXPECT_EQ(*out - span->seq_offset, seq) << "seed " << seed;
      }
    }
    // Numbers stand in the order of the packets, and count all but what was left out.
    std::int64_t before = -1;
    for (const auto& [out, seq] : model.source_of) {
      EXPECT_GT(seq, before) << "seed " << seed;
      before = seq;
    }
    EXPECT_GT(left_out, 150) << "seed " << seed;
    EXPECT_EQ(map.next() - first, std::ranges::max(arrivals) + 1 - left_out) << "seed " << seed;
  }
}

}  // namespace
}  // namespace confab::sfu
