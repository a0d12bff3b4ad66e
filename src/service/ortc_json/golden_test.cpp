// What two browsers with the stock mediasoup-client sent, and what mediasoup made of it
// (tests/fixtures): read by our readers, derived by our ORTC, written by our writers, it must come
// out the same. Left aside: random SSRCs, members that stay in the browser, and mediasoup's
// private packet-id extension.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/ortc.h"
#include "rtc/ortc/router_capabilities.h"
#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"

namespace confab::ortc_json {
namespace {

namespace bj = boost::json;
using ortc::MediaKind;
using ortc::ProducerType;

bj::object load(const std::string& name) {
  std::ifstream file(CONFAB_FIXTURES + name);
  std::stringstream text;
  text << file.rdbuf();
  const auto value = json::parse(text.str());
  return value && value->is_object() ? value->get_object() : bj::object{};
}

void drop_packet_id(bj::value& parameters) {
  bj::array kept;
  for (const bj::value& extension : parameters.at("headerExtensions").as_array()) {
    if (extension.at("uri") != "urn:mediasoup:params:rtp-hdrext:packet-id") {
      kept.push_back(extension);
    }
  }
  parameters.at("headerExtensions") = std::move(kept);
}

constexpr const char* kTransportCc =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

// Where we go further than mediasoup: its audio consumers do not carry the number that feedback is
// given on, ours do (rtc/ortc/router_capabilities).
void have_audio_carry_transport_cc(bj::value& capabilities) {
  for (bj::value& extension : capabilities.at("headerExtensions").as_array()) {
    if (extension.at("uri") == kTransportCc) extension.at("direction") = "sendrecv";
  }
}
// And it does not hear what publishers say of their layers.
void offer_layers_allocation(bj::value& capabilities) {
  capabilities.at("headerExtensions")
      .as_array()
      .push_back({{"kind", "video"},
                  {"uri", ortc::uri(ortc::HeaderExtension::kLayersAllocation)},
                  {"preferredId", 12},
                  {"preferredEncrypt", false},
                  {"direction", "recvonly"}});
}
void add_transport_cc(bj::value& parameters) {
  bj::array& extensions = parameters.at("headerExtensions").as_array();
  const auto place = std::ranges::find_if(extensions, [](const bj::value& extension) {
    return extension.at("id").to_number<int>() > 5;
  });
  extensions.insert(
      place, bj::object{{"uri", kTransportCc}, {"id", 5}, {"encrypt", false}, {"parameters", {}}});
}

// What the browser's encoder is told has no meaning on a server.
void drop_encoder_settings(bj::value& parameters) {
  for (bj::value& encoding : parameters.at("encodings").as_array()) {
    encoding.as_object().erase("active");
    encoding.as_object().erase("scaleResolutionDownBy");
  }
}

template <typename Read>
auto must_read(const bj::value& value, Read read) {
  json::ReadStatus status;
  auto out = read(json::Reader(value, status));
  EXPECT_TRUE(status.ok()) << status.error().message;
  return out;
}

ortc::RtpParameters produced(const bj::value& message) {
  const MediaKind kind = must_read(message.at("kind"), read_kind);
  return must_read(message.at("rtpParameters"),
                   [&](const json::Reader& reader) { return read_rtp_parameters(reader, kind); });
}

class GoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    fixture_ = load(GetParam());
    ASSERT_FALSE(fixture_.empty()) << GetParam();
    router_ = *ortc::router_capabilities(ortc::default_router_codecs());
    device_ = must_read(fixture_.at("device.rtpCapabilities"), read_rtp_capabilities);
    for (const auto& member : fixture_) {
      const std::string_view name = member.key();
      if (name.starts_with("produce:")) tracks_.emplace_back(name.substr(8));
    }
    ASSERT_GE(tracks_.size(), 5u);
  }

  const bj::value& at(std::string_view what, const std::string& track) const {
    return fixture_.at(std::string(what) + track);
  }
  MediaKind kind_of(const std::string& track) const {
    return must_read(at("produce:", track).at("kind"), read_kind);
  }
  // Our mapping of a track, with the capture's random numbers in place of ours.
  ortc::ProducerMapping mapping_of(const std::string& track) const {
    SeededRandom random(1);
    auto mapping = ortc::producer_mapping(produced(at("produce:", track)), router_, random);
    EXPECT_TRUE(mapping);
    const bj::array& encodings = at("mapping:", track).at("encodings").as_array();
    for (std::size_t i = 0; i < encodings.size(); ++i) {
      mapping->encodings.at(i).mapped_ssrc =
          encodings[i].at("mappedSsrc").to_number<std::uint32_t>();
    }
    return *mapping;
  }
  ortc::RtpParameters consumable_of(const std::string& track) const {
    return ortc::consumable_parameters(kind_of(track), produced(at("produce:", track)), router_,
                                       mapping_of(track));
  }

  bj::object fixture_;
  ortc::RtpCapabilities router_;
  ortc::RtpCapabilities device_;
  std::vector<std::string> tracks_;
};

TEST_P(GoldenTest, RouterCapabilities) {
  bj::value expected = fixture_.at("routerRtpCapabilities");
  drop_packet_id(expected);
  have_audio_carry_transport_cc(expected);
  offer_layers_allocation(expected);

  EXPECT_EQ(bj::value(to_json(router_)), expected);
}

TEST_P(GoldenTest, CapabilitiesSurviveReadingAndWriting) {
  for (const char* name : {"device.rtpCapabilities", "device.sendRtpCapabilities"}) {
    const bj::value& sent = fixture_.at(name);
    EXPECT_EQ(bj::value(to_json(must_read(sent, read_rtp_capabilities))), sent) << name;
  }
}

TEST_P(GoldenTest, ProducerParametersSurviveReadingAndWriting) {
  for (const std::string& track : tracks_) {
    bj::value sent = at("produce:", track).at("rtpParameters");
    drop_encoder_settings(sent);
    EXPECT_EQ(bj::value(to_json(produced(at("produce:", track)))), sent) << track;
  }
}

TEST_P(GoldenTest, DtlsParametersSurviveReadingAndWriting) {
  for (const char* name : {"send.connect", "recv.connect"}) {
    const bj::value& sent = fixture_.at(name).at("dtlsParameters");
    EXPECT_EQ(bj::value(to_json(must_read(sent, read_dtls_parameters))), sent) << name;
  }
}

TEST_P(GoldenTest, Mapping) {
  for (const std::string& track : tracks_) {
    SeededRandom random(7);
    const auto mapping = ortc::producer_mapping(produced(at("produce:", track)), router_, random);
    ASSERT_TRUE(mapping) << track;

    bj::array codecs;
    for (const ortc::CodecMapping& codec : mapping->codecs) {
      codecs.push_back(
          {{"payloadType", codec.payload_type}, {"mappedPayloadType", codec.mapped_payload_type}});
    }
    EXPECT_EQ(bj::value(codecs), at("mapping:", track).at("codecs")) << track;

    // The numbers are random, their distances are not.
    const bj::array& expected = at("mapping:", track).at("encodings").as_array();
    const auto first = expected.at(0).at("mappedSsrc").to_number<std::uint32_t>();
    bj::array encodings;
    for (const ortc::EncodingMapping& encoding : mapping->encodings) {
      bj::object out{
          {"mappedSsrc", encoding.mapped_ssrc - mapping->encodings[0].mapped_ssrc + first}};
      if (encoding.rid) out["rid"] = *encoding.rid;
      if (encoding.ssrc) out["ssrc"] = *encoding.ssrc;
      encodings.push_back(out);
    }
    EXPECT_EQ(encodings, expected) << track;
  }
}

TEST_P(GoldenTest, Consumable) {
  for (const std::string& track : tracks_) {
    bj::value expected = at("consumable:", track);
    drop_packet_id(expected);
    drop_encoder_settings(expected);
    if (kind_of(track) == MediaKind::kAudio) add_transport_cc(expected);

    EXPECT_EQ(bj::value(to_json(consumable_of(track))), expected) << track;
  }
}

TEST_P(GoldenTest, Consumer) {
  SeededRandom random(3);
  ortc::SsrcAllocator ssrcs(random);
  for (const std::string& track : tracks_) {
    bj::value expected = at("consume:", track).at("rtpParameters");
    if (kind_of(track) == MediaKind::kAudio) {
      add_transport_cc(expected);
      expected.at("codecs")
          .at(0)
          .at("rtcpFeedback")
          .as_array()
          .push_back({{"type", "transport-cc"}, {"parameter", ""}});
    }
    const ortc::RtpParameters consumable = consumable_of(track);
    EXPECT_TRUE(ortc::can_consume(consumable, device_)) << track;
    const std::string mid(expected.at("mid").as_string());

    auto consumer = ortc::consumer_parameters(consumable, device_, {.mid = mid}, ssrcs);

    ASSERT_TRUE(consumer) << track;
    const auto ssrc = expected.at("encodings").at(0).at("ssrc").to_number<std::uint32_t>();
    ortc::RtpEncoding& encoding = consumer->encodings.at(0);
    if (encoding.rtx_ssrc) encoding.rtx_ssrc = *encoding.rtx_ssrc - *encoding.ssrc + ssrc;
    encoding.ssrc = ssrc;
    EXPECT_EQ(bj::value(to_json(*consumer)), expected) << track;
  }
}

TEST_P(GoldenTest, ProducerTypes) {
  const std::map<std::string, ProducerType> expected = {
      {"audio", ProducerType::kSimple},
      {"video-single", ProducerType::kSimple},
      {"video-simulcast", ProducerType::kSimulcast},
      {"video-vp9-svc", ProducerType::kSvc},
      {"video-av1", ProducerType::kSvc},  // L1T3
      {"video-h264", ProducerType::kSimple}};
  for (const std::string& track : tracks_) {
    EXPECT_EQ(ortc::producer_type(produced(at("produce:", track))), expected.at(track)) << track;
  }
}

INSTANTIATE_TEST_SUITE_P(Browsers, GoldenTest,
                         testing::Values("gold-chrome-324.json", "gold-ff-324.json"),
                         [](const auto& info) {
                           return std::string(info.param).starts_with("gold-chrome") ? "Chromium"
                                                                                     : "Firefox";
                         });

}  // namespace
}  // namespace confab::ortc_json
