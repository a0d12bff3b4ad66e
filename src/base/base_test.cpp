#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/net.h"
#include "base/packet.h"
#include "base/random.h"

namespace confab {
namespace {

TEST(Bytes, ReaderTurnsFalsePastTheEndAndStaysFalse) {
  const std::uint8_t data[] = {1, 2, 3};
  ByteReader r(data);
  EXPECT_EQ(r.u16(), 0x0102);
  EXPECT_EQ(r.u32(), 0u);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.u8(), 0u);
}

TEST(Bytes, WriterRefusesWhatDoesNotFit) {
  std::uint8_t out[3] = {};
  ByteWriter w(out);
  w.u16(0x0102);
  w.u16(0x0304);
  EXPECT_FALSE(w.ok());
  EXPECT_EQ(w.size(), 2u);
}

TEST(Ids, RoundTripAndRefuseOtherTypes) {
  SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    const auto id = ProducerId::random_at({.node = 513, .shard = 7}, random);
    const std::string text = id.to_string();
    EXPECT_EQ(text.size(), 29u);
    EXPECT_EQ(ProducerId::parse(text), id);
    EXPECT_EQ(id.place(), (ShardAddress{513, 7}));
    EXPECT_FALSE(ConsumerId::parse(text));
    EXPECT_FALSE(ProducerId::parse(text.substr(0, 28) + "u"));
  }
  EXPECT_FALSE(ProducerId::parse(""));
  EXPECT_FALSE(ProducerId::parse("pr_z0000000000000000000000000"));  // more than 128 bits
}

TEST(Net, AddressesRoundTrip) {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
                           "2001:db8::1:0:0:1", "1:2:3:4:5:6:7:8"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  EXPECT_EQ(IpAddress::parse("::ffff:1.2.3.4"), IpAddress::parse("1.2.3.4"));
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("fe80::1")->is_link_local());
}

TEST(Net, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", ":",
                           ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                           "12345::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "g::"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_EQ(Endpoint::parse("[::1]:80")->to_string(), "[::1]:80");
  EXPECT_EQ(Endpoint::parse("1.2.3.4:65535")->port, 65535);
  for (const char* text : {"1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "[1.2.3.4]:80"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(PacketPool, HandsOutUpToTheLimitAndTakesBack) {
  PacketPool pool(256);
  std::vector<PacketRef> held;
  for (int i = 0; i < 256; ++i) held.push_back(pool.acquire());
  EXPECT_TRUE(held.back());
  EXPECT_FALSE(pool.acquire());
  PacketRef shared = held.back();
  EXPECT_EQ(shared.references(), 2u);
  held.clear();
  EXPECT_EQ(pool.in_use(), 1u);
  EXPECT_TRUE(pool.acquire());
}

TEST(PacketPool, KeepsWhatFitsIntoLessInLess) {
  PacketPool pool(256);
  EXPECT_EQ(pool.acquire(1).capacity().size(), limits::kUsualPacketBytes);
  EXPECT_EQ(pool.acquire(limits::kUsualPacketBytes).capacity().size(), limits::kUsualPacketBytes);
  EXPECT_EQ(pool.acquire(limits::kUsualPacketBytes + 1).capacity().size(), limits::kPacketBytes);
  EXPECT_EQ(pool.acquire().capacity().size(), limits::kPacketBytes);
}

TEST(PacketPool, OneSizeLeavesTheOtherItsRoom) {
  PacketPool pool(256);
  std::vector<PacketRef> held;
  while (PacketRef packet = pool.acquire(limits::kUsualPacketBytes)) {
    held.push_back(std::move(packet));
  }
  EXPECT_EQ(held.size(), 256u);
  EXPECT_TRUE(pool.acquire(limits::kPacketBytes));
}

TEST(PacketPool, SlotsOfAllSlabsHoldTheirOwnContent) {
  PacketPool pool(1024);
  std::vector<PacketRef> held;
  for (std::size_t i = 0; i < 1000; ++i) {
    held.push_back(pool.acquire(i % 3 == 0 ? limits::kPacketBytes : limits::kUsualPacketBytes));
    std::ranges::fill(held.back().capacity(), static_cast<std::uint8_t>(i));
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    EXPECT_TRUE(std::ranges::all_of(held[i].capacity(), [&](std::uint8_t b) {
      return b == static_cast<std::uint8_t>(i);
    })) << i;
  }
}

TEST(PacketPool, MemoryOnceTouchedIsUsedBeforeMore) {
  PacketPool pool(256);
  std::set<const std::uint8_t*> places;
  for (int i = 0; i < 100; ++i) {
    const PacketRef a = pool.acquire(1);
    const PacketRef b = pool.acquire(1);
    places.insert({a.view().data(), b.view().data()});
  }
  EXPECT_EQ(places.size(), 2u);
}

TEST(Random, SameSeedSameBytes) {
  SeededRandom a(7);
  SeededRandom b(7);
  EXPECT_EQ(a.alphanumeric(64), b.alphanumeric(64));
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t v = a.between(3, 5);
    EXPECT_GE(v, 3u);
    EXPECT_LE(v, 5u);
  }
}

TEST(Time, NtpMapTranslatesBothWays) {
  const WallMap map{Instant{10s}, NtpTime{std::uint64_t{1000} << 32}};
  EXPECT_EQ(map.to_ntp(Instant{11500ms}).value, (std::uint64_t{1001} << 32) | 0x80000000u);
  EXPECT_EQ(map.to_ntp(Instant{8500ms}).value, (std::uint64_t{998} << 32) | 0x80000000u);
}

TEST(Errors, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    names.insert(error_code_name(static_cast<ErrorCode>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
}

}  // namespace
}  // namespace confab
