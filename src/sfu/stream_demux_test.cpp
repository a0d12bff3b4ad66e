#include "sfu/stream_demux.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rtc/rtp/packet_writer.h"

namespace confab::sfu {
namespace {

constexpr std::uint8_t kMid = 4;
constexpr std::uint8_t kRid = 10;
constexpr std::uint8_t kRepairedRid = 11;

ortc::RtpParameters parameters(const std::string& mid, std::vector<ortc::RtpEncoding> encodings) {
  ortc::RtpParameters out;
  out.mid = mid;
  ortc::RtpCodecParameters vp8;
  vp8.mime_type = "video/VP8";
  vp8.payload_type = 96;
  ortc::RtpCodecParameters rtx;
  rtx.mime_type = "video/rtx";
  rtx.payload_type = 97;
  rtx.parameters = {{"apt", std::int64_t{96}}};
  out.codecs = {vp8, rtx};
  for (const auto& [which, id] : {std::pair{ortc::HeaderExtension::kMid, kMid},
                                  {ortc::HeaderExtension::kRtpStreamId, kRid},
                                  {ortc::HeaderExtension::kRepairedRtpStreamId, kRepairedRid}}) {
    ortc::RtpHeaderExtensionParameters extension;
    extension.uri = ortc::uri(which);
    extension.id = id;
    out.header_extensions.push_back(extension);
  }
  out.encodings = std::move(encodings);
  return out;
}

ortc::RtpEncoding with_ssrc(std::uint32_t ssrc, std::uint32_t rtx) {
  ortc::RtpEncoding out;
  out.ssrc = ssrc;
  out.rtx_ssrc = rtx;
  return out;
}

std::vector<ortc::RtpEncoding> rids(std::vector<std::string> names) {
  std::vector<ortc::RtpEncoding> out;
  for (const std::string& name : names) out.emplace_back().rid = name;
  return out;
}

struct Names {
  std::string mid, rid, repaired_rid;
};

struct StreamDemuxTest : testing::Test {
  std::optional<StreamDemux::Found> find(std::uint32_t ssrc, std::uint8_t payload_type,
                                         const Names& names = {}) {
    rtp::ExtensionSet extensions;
    if (!names.mid.empty()) extensions.add(kMid, as_bytes(names.mid));
    if (!names.rid.empty()) extensions.add(kRid, as_bytes(names.rid));
    if (!names.repaired_rid.empty()) extensions.add(kRepairedRid, as_bytes(names.repaired_rid));
    rtp::RtpHeader header;
    header.ssrc = {ssrc};
    header.payload_type = payload_type;
    const std::vector<std::uint8_t> payload = {1, 2, 3};
    const auto written = rtp::write_rtp_packet(bytes, header, extensions, payload);
    return demux.find(*rtp::RtpPacketView::parse(ByteView(bytes).first(written->size)));
  }

  StreamDemux demux;
  std::array<std::uint8_t, 200> bytes{};
};

TEST_F(StreamDemuxTest, known_ssrcs_need_no_names) {
  ASSERT_TRUE(demux.add(3, parameters("0", {with_ssrc(111, 112)})));
  EXPECT_EQ(find(111, 96)->route, (StreamRoute{3, 0, false}));
  EXPECT_EQ(find(112, 97)->route, (StreamRoute{3, 0, true}));
  EXPECT_FALSE(find(113, 96));
}

TEST_F(StreamDemuxTest, learns_layers_by_mid_and_rid_and_remembers_their_ssrcs) {
  ASSERT_TRUE(demux.add(0, parameters("0", rids({"r0", "r1"}))));
  ASSERT_TRUE(demux.add(1, parameters("1", rids({"r0", "r1"}))));
  const auto found = find(500, 96, {"1", "r1", ""});
  EXPECT_EQ(found->route, (StreamRoute{1, 1, false}));
  EXPECT_TRUE(found->is_new);
  EXPECT_EQ(find(501, 97, {"1", "", "r1"})->route, (StreamRoute{1, 1, true}));
  // Without names from now on, as browsers do once they were acknowledged.
  EXPECT_EQ(find(500, 96)->route, (StreamRoute{1, 1, false}));
  EXPECT_FALSE(find(500, 96)->is_new);
}

TEST_F(StreamDemuxTest, a_mid_alone_names_the_only_encoding_and_its_rtx_by_payload_type) {
  ASSERT_TRUE(demux.add(0, parameters("0", {ortc::RtpEncoding{}})));
  EXPECT_EQ(find(7, 96, {"0", "", ""})->route, (StreamRoute{0, 0, false}));
  EXPECT_EQ(find(8, 97, {"0", "", ""})->route, (StreamRoute{0, 0, true}));
}

TEST_F(StreamDemuxTest, a_mid_alone_does_not_tell_layers_apart) {
  ASSERT_TRUE(demux.add(0, parameters("0", rids({"r0", "r1"}))));
  EXPECT_FALSE(find(7, 96, {"0", "", ""}));
}

TEST_F(StreamDemuxTest, a_rid_alone_counts_only_if_one_producer_has_it) {
  ASSERT_TRUE(demux.add(0, parameters("0", rids({"r0", "r1"}))));
  EXPECT_EQ(find(7, 96, {"", "r1", ""})->route, (StreamRoute{0, 1, false}));
  ASSERT_TRUE(demux.add(1, parameters("1", rids({"r0", "r1"}))));
  EXPECT_FALSE(find(8, 96, {"", "r0", ""}));
}

TEST_F(StreamDemuxTest, unknown_names_are_nobody_s) {
  ASSERT_TRUE(demux.add(0, parameters("0", rids({"r0"}))));
  EXPECT_FALSE(find(7, 96, {"9", "r0", ""}));
  EXPECT_FALSE(find(7, 96, {"0", "r7", ""}));
}

TEST_F(StreamDemuxTest, a_new_ssrc_replaces_the_old_so_the_table_stays_small) {
  ASSERT_TRUE(demux.add(0, parameters("0", rids({"r0"}))));
  for (std::uint32_t ssrc = 1; ssrc <= 1000; ++ssrc) find(ssrc, 96, {"0", "r0", ""});
  EXPECT_EQ(demux.ssrc_count(), 1u);
}

TEST_F(StreamDemuxTest, refuses_what_another_producer_has_and_takes_nothing_in) {
  ASSERT_TRUE(demux.add(0, parameters("0", {with_ssrc(111, 112)})));
  EXPECT_EQ(demux.add(1, parameters("0", {with_ssrc(200, 201)})).error(), DemuxError::kMidTaken);
  EXPECT_EQ(demux.add(1, parameters("1", {with_ssrc(300, 112)})).error(), DemuxError::kSsrcTaken);
  EXPECT_EQ(demux.ssrc_count(), 2u);
}

TEST_F(StreamDemuxTest, a_mid_passes_on_after_its_producer_went) {
  ASSERT_TRUE(demux.add(0, parameters("0", rids({"r0"}))));
  find(7, 96, {"0", "r0", ""});
  demux.remove(0);
  EXPECT_EQ(demux.ssrc_count(), 0u);
  EXPECT_FALSE(find(7, 96));
  ASSERT_TRUE(demux.add(5, parameters("0", rids({"r0"}))));
  EXPECT_EQ(find(7, 96, {"0", "r0", ""})->route.producer, 5);
}

}  // namespace
}  // namespace confab::sfu
