#include "rtc/rtp/types.h"

#include <gtest/gtest.h>

#include "rtc/rtp/demux.h"

namespace confab::rtp {
namespace {

TEST(SeqNo, DistanceTakesTheShorterWay) {
  EXPECT_EQ(distance(SeqNo{65535}, SeqNo{0}), 1);
  EXPECT_EQ(distance(SeqNo{0}, SeqNo{65535}), -1);
  EXPECT_EQ(SeqNo{65535} + 2, SeqNo{1});
  EXPECT_TRUE(is_newer(SeqNo{3}, SeqNo{65000}));
  EXPECT_FALSE(is_newer(SeqNo{3}, SeqNo{3}));
}

TEST(RtpTime, DistanceTakesTheShorterWay) {
  EXPECT_EQ(distance(RtpTime{0xFFFFFFFF}, RtpTime{89}), 90);
  EXPECT_TRUE(is_newer(RtpTime{1}, RtpTime{0xFFFFFFF0}));
}

TEST(SeqUnwrapper, CountsOnOverTheWrap) {
  SeqUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap({65534}), 65534);
  EXPECT_EQ(unwrapper.unwrap({1}), 65537);
  EXPECT_EQ(unwrapper.unwrap({65535}), 65535) << "late: belongs before the wrap";
  EXPECT_EQ(unwrapper.unwrap({2}), 65538);
  EXPECT_EQ(unwrapper.highest(), 65538);
}

TEST(SeqUnwrapper, PeekDoesNotMove) {
  SeqUnwrapper unwrapper;
  unwrapper.unwrap({10});
  EXPECT_EQ(unwrapper.peek({30000}), 30000);
  EXPECT_EQ(unwrapper.highest(), 10);
}

TEST(SeqUnwrapper, OlderThanTheFirstIsNegative) {
  SeqUnwrapper unwrapper;
  unwrapper.unwrap({0});
  const auto before = unwrapper.unwrap({65535});
  EXPECT_EQ(before, -1);
  EXPECT_EQ(to_seq(before), SeqNo{65535});
}

TEST(SeqUnwrapper, AgreesWithACounterOverManyWraps) {
  SeqUnwrapper unwrapper;
  for (std::int64_t n = 0; n < 400'000; n += 997) EXPECT_EQ(unwrapper.unwrap(to_seq(n)), n);
}

TEST(TimeUnwrapper, CountsOnOverTheWrap) {
  TimeUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap({0xFFFFFF00}), 0xFFFFFF00);
  EXPECT_EQ(unwrapper.unwrap({0x100}), 0x1'0000'0100);
}

DatagramKind kind_of(std::uint8_t first, std::uint8_t second) {
  const std::uint8_t bytes[] = {first, second, 0, 0};
  return classify(bytes);
}

TEST(Demux, FirstByteDecides) {
  EXPECT_EQ(kind_of(0, 1), DatagramKind::kStun);
  EXPECT_EQ(kind_of(3, 1), DatagramKind::kStun);
  EXPECT_EQ(kind_of(4, 1), DatagramKind::kUnknown);
  EXPECT_EQ(kind_of(19, 1), DatagramKind::kUnknown);
  EXPECT_EQ(kind_of(20, 1), DatagramKind::kDtls);
  EXPECT_EQ(kind_of(63, 1), DatagramKind::kDtls);
  EXPECT_EQ(kind_of(64, 1), DatagramKind::kUnknown);
  EXPECT_EQ(kind_of(192, 200), DatagramKind::kUnknown);
  EXPECT_EQ(classify({}), DatagramKind::kUnknown);
}

TEST(Demux, SecondByteTellsRtcpFromRtp) {
  EXPECT_EQ(kind_of(0x80, 111), DatagramKind::kRtp);
  EXPECT_EQ(kind_of(0x80, 0x80 | 111), DatagramKind::kRtp);
  EXPECT_EQ(kind_of(0x80, 191), DatagramKind::kRtp);
  EXPECT_EQ(kind_of(0x80, 192), DatagramKind::kRtcp);
  EXPECT_EQ(kind_of(0xBF, 223), DatagramKind::kRtcp);
  EXPECT_EQ(kind_of(0x80, 224), DatagramKind::kRtp);
}

}  // namespace
}  // namespace confab::rtp
