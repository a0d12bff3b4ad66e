#include "rtc/rtp/layers_allocation.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Three streams of one spatial layer and two frame rates each, as Chromium's simulcast.
LayersAllocation simulcast() {
  LayersAllocation out;
  out.stream = 2;
  out.streams = 3;
  for (std::uint16_t s = 0; s < 3; ++s) {
    LayersAllocation::SpatialLayer& layer = out.layers[s][0];
    layer.temporal_layers = 2;
    layer.target_kbps = {60U << (2 * s), 100U << (2 * s)};
    layer.width = static_cast<std::uint16_t>(320 << s);
    layer.height = static_cast<std::uint16_t>(180 << s);
    layer.frame_rate = 30;
  }
  return out;
}

Bytes encoded(const LayersAllocation& allocation) {
  std::array<std::uint8_t, kLayersAllocationBytesMax> out;
  const std::size_t size = encode_layers_allocation(allocation, out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(LayersAllocation, reads_rates_and_sizes_of_three_streams) {
  const Bytes bytes = {0xA1,  // on stream 2 of 3, each with spatial layer 0
                       0x54,  // two temporal layers three times, and padding
                       60,   100,  0xF0, 0x01, 0x90, 0x03,  // kbit/s: 60 100, 240 400
                       0xC0, 0x07, 0xC0, 0x0C,              // 960 1600
                       0x01, 0x3F, 0x00, 0xB3, 30,          // 320 x 180
                       0x02, 0x7F, 0x01, 0x67, 30,          // 640 x 360
                       0x04, 0xFF, 0x02, 0xCF, 30};         // 1280 x 720
  const auto read = parse_layers_allocation(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, simulcast());
  EXPECT_EQ(encoded(simulcast()), bytes);
}

TEST(LayersAllocation, reads_a_stream_that_is_off_and_no_sizes) {
  const auto read = parse_layers_allocation(Bytes{0x20, 0x11, 0x00, 0x00, 60, 120});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->streams, 3);
  EXPECT_EQ(read->layers[0][0].target_kbps[0], 60u);
  EXPECT_EQ(read->layers[1][0].target_kbps[0], 120u);
  EXPECT_EQ(read->layers[1][0].width, 0);
  EXPECT_EQ(read->layers[2][0].temporal_layers, 0);
}

TEST(LayersAllocation, reads_that_nothing_is_sent) {
  const auto read = parse_layers_allocation(Bytes{0});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, LayersAllocation{});
  const auto of_three = parse_layers_allocation(Bytes{0x20, 0, 0});
  ASSERT_TRUE(of_three.has_value());
  EXPECT_EQ(of_three->streams, 3);
}

TEST(LayersAllocation, reads_back_what_it_wrote) {
  LayersAllocation svc;  // one stream of three spatial layers
  for (std::size_t l = 0; l < 3; ++l) {
    svc.layers[0][l].temporal_layers = static_cast<std::uint8_t>(l + 1);
    for (std::size_t t = 0; t <= l; ++t) svc.layers[0][l].target_kbps[t] = 1'000'000;
  }
  LayersAllocation off = simulcast();
  off.layers[1][0] = {};
  LayersAllocation full = simulcast();
  full.streams = 4;
  for (auto& stream : full.layers) stream.fill(simulcast().layers[0][0]);
  for (const LayersAllocation& each : {svc, off, full, LayersAllocation{}}) {
    EXPECT_EQ(parse_layers_allocation(encoded(each)), each);
  }
}

TEST(LayersAllocation, refuses_whatever_is_cut_off_or_too_long) {
  Bytes bytes = encoded(simulcast());
  const std::size_t without_sizes = bytes.size() - 15;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(parse_layers_allocation(ByteView(bytes).first(size)).has_value(),
              size == without_sizes)
        << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(parse_layers_allocation(bytes));
}

TEST(LayersAllocation, refuses_a_rate_of_more_than_32_bits_and_a_size_of_more_than_16) {
  EXPECT_TRUE(parse_layers_allocation(Bytes{0x01, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}));
  EXPECT_FALSE(parse_layers_allocation(Bytes{0x01, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F}));
  EXPECT_FALSE(parse_layers_allocation(Bytes{0x01, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x8F, 0x00}));
  EXPECT_FALSE(parse_layers_allocation(Bytes{0x01, 0x00, 1, 0xFF, 0xFF, 0, 0, 30}));
}

}  // namespace
}  // namespace confab::rtp
