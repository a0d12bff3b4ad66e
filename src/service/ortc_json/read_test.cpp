#include "service/ortc_json/read.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace confab::ortc_json {
namespace {

namespace bj = boost::json;

// Reads `text` as the member `name` of a message; the error's text, "" if there was none.
template <typename Read>
std::string error_of(std::string_view name, std::string_view text, Read read) {
  const auto parsed = json::parse(text);
  EXPECT_TRUE(parsed) << text;
  bj::value message = bj::object{};
  message.as_object()[name] = *parsed;
  json::ReadStatus status;
  const json::Reader root(message, status);
  read(root[name]);
  return status.ok() ? "" : status.error().message;
}

std::string parameters_error(std::string_view text) {
  return error_of("rtpParameters", text, [](const json::Reader& reader) {
    return read_rtp_parameters(reader, ortc::MediaKind::kVideo);
  });
}
std::string capabilities_error(std::string_view text) {
  return error_of("rtpCapabilities", text, read_rtp_capabilities);
}
std::string dtls_error(std::string_view text) {
  return error_of("dtlsParameters", text, read_dtls_parameters);
}

// A producer's parameters with one codec that holds `members` besides its type.
std::string with_codec(std::string_view members) {
  return R"({"codecs":[{"mimeType":"video/VP8",)" + std::string(members) +
         R"(}],"encodings":[{"ssrc":1}]})";
}
std::string with_encoding(std::string_view encoding) {
  return R"({"codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000}],"encodings":[)" +
         std::string(encoding) + "]}";
}

TEST(ReadRtpParametersTest, TheLeastThatIsEnough) {
  EXPECT_EQ(parameters_error(with_encoding(R"({"ssrc":4294967295,"maxBitrate":1100000.0000001})")),
            "");
}

TEST(ReadRtpParametersTest, NullIsTheSameAsLeftOut) {
  EXPECT_EQ(parameters_error(R"({"mid":null,"msid":null,"rtcp":null,"headerExtensions":null,
      "codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000,"channels":null,
                 "parameters":null,"rtcpFeedback":null}],
      "encodings":[{"ssrc":1,"rid":null,"rtx":null,"dtx":null,"scalabilityMode":null,
                    "maxBitrate":null,"codecPayloadType":null}]})"),
            "");
}

TEST(ReadRtpParametersTest, ErrorsNameTheField) {
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "rtpParameters: expected an object"},
      {"{}", "rtpParameters.codecs: expected an array"},
      {R"({"codecs":[]})", "rtpParameters.encodings: expected an array"},
      {R"({"codecs":[],"encodings":[]})", "rtpParameters.codecs: expected at least one"},
      {with_codec(R"("payloadType":"96")"),
       "rtpParameters.codecs[0].payloadType: expected an integer 0-127"},
      {with_codec(R"("payloadType":128)"),
       "rtpParameters.codecs[0].payloadType: expected an integer 0-127"},
      {with_codec(R"("payloadType":96)"),
       "rtpParameters.codecs[0].clockRate: expected an integer 1-4294967295"},
      {with_codec(R"("payloadType":96,"clockRate":90000,"parameters":{"x":true})"),
       "rtpParameters.codecs[0].parameters.x: expected an integer -9007199254740991-"
       "9007199254740991"},
      {with_codec(R"("payloadType":96,"clockRate":90000,"parameters":{"a\u0000b":"v"})"),
       "rtpParameters.codecs[0].parameters: expected letters, digits or !#$%&'*+-.^_`{|}~"},
      {with_codec(R"("payloadType":96,"clockRate":90000,"rtcpFeedback":[{}])"),
       "rtpParameters.codecs[0].rtcpFeedback[0].type: expected a string"},
      {with_codec(R"("payloadType":70,"clockRate":90000)"),
       "rtpParameters.codecs[0].payloadType: 64-95 collide with RTCP"},
      {with_encoding(R"({"ssrc":4294967296})"),
       "rtpParameters.encodings[0].ssrc: expected an integer 0-4294967295"},
      {with_encoding(R"({"ssrc":1,"rtx":{}})"),
       "rtpParameters.encodings[0].rtx.ssrc: expected an integer 0-4294967295"},
      {with_encoding(R"({"ssrc":1},{},{},{},{})"), "rtpParameters.encodings: more than 4 entries"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(parameters_error(text), error) << text;
}

TEST(ReadRtpCapabilitiesTest, ErrorsNameTheField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"codecs":[{"kind":"data"}]})",
       "rtpCapabilities.codecs[0].kind: expected audio or video"},
      {R"({"codecs":[],"headerExtensions":[{"kind":"audio","uri":"u","preferredId":0}]})",
       "rtpCapabilities.headerExtensions[0].preferredId: expected an integer 1-255"},
      {R"({"codecs":[],"headerExtensions":[{"kind":"audio","uri":"u","preferredId":1,
           "direction":"up"}]})",
       "rtpCapabilities.headerExtensions[0].direction: expected sendrecv, sendonly, recvonly or "
       "inactive"},
      {R"({"codecs":[],"headerExtensions":[]})", ""},
      {R"({"codecs":[]})", ""},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(capabilities_error(text), error) << text;
}

TEST(ReadRtpCapabilitiesTest, ChannelsOfAPictureArePassedOver) {
  const bj::value message = bj::parse(
      R"({"codecs":[{"kind":"video","mimeType":"video/VP8","clockRate":90000,"channels":2}]})");
  json::ReadStatus status;
  const auto capabilities = read_rtp_capabilities(json::Reader(message, status));
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(capabilities.codecs.at(0).channels, 1);
}

TEST(ReadRtpCapabilitiesTest, ListsHaveAnEnd) {
  std::string codecs = "{}";
  for (int i = 0; i < 100; ++i) codecs += ",{}";
  EXPECT_EQ(capabilities_error("{\"codecs\":[" + codecs + "]}"),
            "rtpCapabilities.codecs: more than 96 entries");
}

TEST(ReadDtlsParametersTest, ErrorsNameTheField) {
  EXPECT_EQ(dtls_error(R"({"role":"both","fingerprints":[]})"),
            "dtlsParameters.role: expected auto, client or server");
  EXPECT_EQ(dtls_error(R"({"fingerprints":[]})"),
            "dtlsParameters.fingerprints: expected at least one");
  EXPECT_EQ(dtls_error(R"({"fingerprints":[{"algorithm":"sha-256","value":1}]})"),
            "dtlsParameters.fingerprints[0].value: expected a string");
  EXPECT_EQ(dtls_error(R"({"fingerprints":[{"algorithm":"md5","value":"00"}]})"),
            "dtlsParameters.fingerprints[0].algorithm: expected sha-256, sha-384, sha-512 or "
            "sha-224");
}

TEST(ReadIdTest, OnlyItsOwnKind) {
  SeededRandom random(1);
  const ProducerId id = ProducerId::random(random);
  const std::string text = "\"" + id.to_string() + "\"";
  EXPECT_EQ(error_of("producerId", text,
                     [&](const json::Reader& r) { EXPECT_EQ(read_id<ProducerId>(r), id); }),
            "");
  EXPECT_EQ(error_of("transportId", text, read_id<TransportId>),
            "transportId: not an id of this kind");
  EXPECT_EQ(error_of("producerId", "7", read_id<ProducerId>), "producerId: expected a string");
}

TEST(ReadDirectionTest, SendOrRecv) {
  const auto check = [](std::string_view text, control::TransportDirection expected) {
    return error_of("direction", text, [&](const json::Reader& reader) {
      EXPECT_EQ(read_direction(reader), expected);
    });
  };
  EXPECT_EQ(check("\"send\"", control::TransportDirection::kSend), "");
  EXPECT_EQ(check("\"recv\"", control::TransportDirection::kReceive), "");
  EXPECT_EQ(error_of("direction", "\"both\"", read_direction), "direction: expected send or recv");
}

}  // namespace
}  // namespace confab::ortc_json
