#include "rtc/ortc/validate.h"

#include <gtest/gtest.h>

#include <functional>

#include "rtc/ortc/header_extension.h"

namespace confab::ortc {
namespace {

RtpParameters good() {
  RtpParameters p;
  p.mid = "0";
  p.codecs = {{"video/VP8", 96, 90000, {}, {}, {{"nack", "pli"}}},
              {"video/rtx", 97, 90000, {}, {{"apt", std::int64_t{96}}}, {}}};
  p.header_extensions = {{std::string(uri(HeaderExtension::kMid)), 1, false, {}},
                         {std::string(uri(HeaderExtension::kRtpStreamId)), 2, false, {}}};
  p.encodings = {{.ssrc = 1, .rtx_ssrc = 2}};
  p.rtcp.cname = "cname";
  p.msid = "stream track";
  return p;
}

struct Case {
  const char* starts_with;
  std::function<void(RtpParameters&)> spoil;
};

TEST(ValidateRtpParametersTest, GoodOnesPass) {
  EXPECT_TRUE(validate(good(), MediaKind::kVideo));
}

TEST(ValidateRtpParametersTest, EncodingKnownByMidAlonePasses) {
  RtpParameters p = good();
  p.encodings = {{}};
  EXPECT_TRUE(validate(p, MediaKind::kVideo));
}

TEST(ValidateRtpParametersTest, EachFaultIsNamed) {
  const Case cases[] = {
      {"rtpParameters.mid: ", [](auto& p) { p.mid = "a\r\nb"; }},
      {"rtpParameters.mid: ", [](auto& p) { p.mid = std::string(17, 'a'); }},
      {"rtpParameters.codecs: ", [](auto& p) { p.codecs.clear(); }},
      {"rtpParameters.codecs: ", [](auto& p) { p.codecs.resize(kCodecsMax + 1); }},
      {"rtpParameters.codecs[0].mimeType: ", [](auto& p) { p.codecs[0].mime_type = "VP8"; }},
      {"rtpParameters.codecs[0].mimeType: ", [](auto& p) { p.codecs[0].mime_type = "audio/opus"; }},
      {"rtpParameters.codecs[0].mimeType: ",
       [](auto& p) { p.codecs[0].mime_type = "video/a\r\nb"; }},
      {"rtpParameters.codecs[0].mimeType: ", [](auto& p) { std::swap(p.codecs[0], p.codecs[1]); }},
      {"rtpParameters.codecs[0].clockRate: ", [](auto& p) { p.codecs[0].clock_rate = 0; }},
      {"rtpParameters.codecs[0].channels: ", [](auto& p) { p.codecs[0].channels = 0; }},
      {"rtpParameters.codecs[0].payloadType: ", [](auto& p) { p.codecs[0].payload_type = 128; }},
      {"rtpParameters.codecs[0].payloadType: ", [](auto& p) { p.codecs[0].payload_type = 64; }},
      {"rtpParameters.codecs[0].payloadType: ", [](auto& p) { p.codecs[0].payload_type = 95; }},
      {"rtpParameters.codecs[1].payloadType: ", [](auto& p) { p.codecs[1].payload_type = 96; }},
      {"rtpParameters.codecs[1].parameters.apt: ", [](auto& p) { p.codecs[1].parameters.clear(); }},
      {"rtpParameters.codecs[1].parameters.apt: ",
       [](auto& p) { p.codecs[1].parameters = {{"apt", std::int64_t{97}}}; }},
      {"rtpParameters.codecs[1].parameters.apt: ",
       [](auto& p) { p.codecs[1].parameters = {{"apt", std::int64_t{96 + 256}}}; }},
      {"rtpParameters.codecs[0].parameters.profile-level-id: ",
       [](auto& p) {
         p.codecs[0].mime_type = "video/H264";
         p.codecs[0].parameters = {{"profile-level-id", "nonsense"}};
       }},
      {"rtpParameters.codecs[0].parameters: ",
       [](auto& p) { p.codecs[0].parameters = {{"a b", std::int64_t{1}}}; }},
      {"rtpParameters.codecs[0].parameters.a: ",
       [](auto& p) { p.codecs[0].parameters = {{"a", "b;c=1"}}; }},
      {"rtpParameters.codecs[0].parameters.a: ",
       [](auto& p) { p.codecs[0].parameters = {{"a", "b\na=x"}}; }},
      {"rtpParameters.codecs[0].rtcpFeedback[0].type: ",
       [](auto& p) { p.codecs[0].rtcp_feedback[0].type = ""; }},
      {"rtpParameters.codecs[0].rtcpFeedback[0].parameter: ",
       [](auto& p) { p.codecs[0].rtcp_feedback[0].parameter = "\r"; }},
      {"rtpParameters.headerExtensions[1].id: ", [](auto& p) { p.header_extensions[1].id = 1; }},
      {"rtpParameters.headerExtensions[1].id: ", [](auto& p) { p.header_extensions[1].id = 0; }},
      {"rtpParameters.headerExtensions[0].uri: ", [](auto& p) { p.header_extensions[0].uri = ""; }},
      {"rtpParameters.headerExtensions[0].encrypt: ",
       [](auto& p) { p.header_extensions[0].encrypt = true; }},
      {"rtpParameters.encodings: ", [](auto& p) { p.encodings.clear(); }},
      {"rtpParameters.encodings: ", [](auto& p) { p.encodings.resize(5); }},
      {"rtpParameters.encodings[0].ssrc: ", [](auto& p) { p.encodings[0].rtx_ssrc = 1; }},
      {"rtpParameters.encodings[1].ssrc: ", [](auto& p) { p.encodings.push_back({.ssrc = 2}); }},
      {"rtpParameters.encodings[1]: ", [](auto& p) { p.encodings.emplace_back(); }},
      {"rtpParameters.encodings[0]: ",
       [](auto& p) {
         p.encodings = {{}};
         p.mid.reset();
       }},
      {"rtpParameters.encodings[0].rid: ", [](auto& p) { p.encodings = {{.rid = "a b"}}; }},
      {"rtpParameters.encodings[0].rid: ", [](auto& p) { p.encodings = {{.rid = ""}}; }},
      {"rtpParameters.encodings[1].rid: ",
       [](auto& p) { p.encodings = {{.rid = "a"}, {.rid = "a"}}; }},
      {"rtpParameters.encodings[0].rid: ",
       [](auto& p) {
         p.encodings = {{.rid = "a"}};
         p.header_extensions.pop_back();
       }},
      {"rtpParameters.encodings[0].codecPayloadType: ",
       [](auto& p) { p.encodings[0].codec_payload_type = 97; }},
      {"rtpParameters.encodings[0].scalabilityMode: ",
       [](auto& p) { p.encodings[0].scalability_mode = "L1 T3"; }},
      {"rtpParameters.rtcp.cname: ", [](auto& p) { p.rtcp.cname = "a\nb"; }},
      {"rtpParameters.rtcp.cname: ", [](auto& p) { p.rtcp.cname = std::string(256, 'c'); }},
      {"rtpParameters.msid: ", [](auto& p) { p.msid = "a\r\na=candidate:x"; }},
  };
  for (const Case& c : cases) {
    RtpParameters p = good();
    c.spoil(p);
    const auto result = validate(p, MediaKind::kVideo);
    ASSERT_FALSE(result) << c.starts_with;
    EXPECT_TRUE(result.error().message.starts_with(c.starts_with))
        << result.error().message << " instead of " << c.starts_with;
  }
}

TEST(ValidateRtpCapabilitiesTest, UnknownThingsPassMalformedOnesDoNot) {
  RtpCapabilities capabilities{
      .codecs =
          {{MediaKind::kVideo, "video/H264", 90000, 1, 1, {{"profile-level-id", "future"}}, {}}},
      .header_extensions = {{MediaKind::kVideo, "urn:x", 1, false, Direction::kSendRecv}}};
  EXPECT_TRUE(validate(capabilities));

  capabilities.codecs[0].preferred_payload_type = 200;
  EXPECT_EQ(validate(capabilities).error().message,
            "rtpCapabilities.codecs[0].preferredPayloadType: expected 0-127");
  capabilities.codecs[0] = {MediaKind::kAudio, "video/VP8", 90000, 1, {}, {}, {}};
  EXPECT_FALSE(validate(capabilities));
  capabilities.codecs.clear();
  capabilities.header_extensions[0].preferred_id = 0;
  EXPECT_FALSE(validate(capabilities));
  capabilities.header_extensions.assign(kHeaderExtensionsMax + 1, {});
  EXPECT_EQ(validate(capabilities).error().code, ErrorCode::kTooLarge);
}

std::string fingerprint(std::size_t bytes) {
  std::string text = "aB";
  for (std::size_t i = 1; i < bytes; ++i) text += ":0F";
  return text;
}

TEST(ValidateDtlsParametersTest, FingerprintsAreWellFormedAndStrong) {
  const auto check = [](std::string algorithm, std::string value) {
    return validate(DtlsParameters{.fingerprints = {{std::move(algorithm), std::move(value)}}});
  };
  EXPECT_TRUE(check("sha-256", fingerprint(32)));
  EXPECT_TRUE(check("SHA-512", fingerprint(64)));
  EXPECT_EQ(check("sha-1", fingerprint(20)).error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(check("sha-256", fingerprint(31)));
  EXPECT_FALSE(check("sha-256", ""));
  std::string no_colon = fingerprint(32);
  no_colon[2] = '0';
  EXPECT_FALSE(check("sha-256", no_colon));
  std::string no_digit = fingerprint(32);
  no_digit[0] = 'g';
  EXPECT_FALSE(check("sha-256", no_digit));
}

TEST(ValidateDtlsParametersTest, AtLeastOneAtMostEight) {
  DtlsParameters parameters;
  EXPECT_FALSE(validate(parameters));
  parameters.fingerprints.assign(8, {"sha-256", fingerprint(32)});
  EXPECT_TRUE(validate(parameters));
  parameters.fingerprints.push_back(parameters.fingerprints[0]);
  EXPECT_EQ(validate(parameters).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace confab::ortc
