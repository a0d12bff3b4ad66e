#include "service/media_compat/methods.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "base/random.h"

namespace confab::media_compat {
namespace {

namespace bj = boost::json;

// What a browser with the stock mediasoup-client sent.
bj::object captured() {
  std::ifstream file(CONFAB_FIXTURES "gold-chrome-324.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str())->as_object();
}

class MethodsTest : public testing::Test {
 protected:
  Result<rooms::Request> read(std::string_view method, bj::object fields) {
    return read_request(*find_method(method), std::move(fields));
  }
  template <typename T>
  T take(std::string_view method, bj::object fields) {
    const auto request = read(method, std::move(fields));
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    return request ? std::get<T>(*request) : T{};
  }
  std::string error(std::string_view method, bj::object fields) {
    const auto request = read(method, std::move(fields));
    return request ? "none" : request.error().message;
  }
  bj::object produce() {
    const bj::object gold = captured();
    return {{"transportId", transport_.to_string()},
            {"kind", "audio"},
            {"rtpParameters", gold.at("produce:audio").at("rtpParameters")},
            {"appData", {{"roomId", "r"}, {"userId", "ada"}, {"type", "audio"}}}};
  }

  SeededRandom random_{1};
  const TransportId transport_ = TransportId::random(random_);
  const ProducerId producer_ = ProducerId::random(random_);
};

TEST_F(MethodsTest, WhatABrowserProducesIsRead) {
  const auto request = take<rooms::Produce>("Produce", produce());
  EXPECT_EQ(request.transport, transport_);
  EXPECT_EQ(request.rtp_parameters.codecs.at(0).mime_type, "audio/opus");
  EXPECT_EQ(request.app_data.user, "ada");
  EXPECT_EQ(request.app_data.room, "r");
  EXPECT_EQ(request.app_data.text, R"({"roomId":"r","userId":"ada","type":"audio"})");
}

TEST_F(MethodsTest, WhatABrowserCanDecodeIsRead) {
  const auto request = take<rooms::Consume>(
      "Consume", {{"roomId", "r"},
                  {"transportId", transport_.to_string()},
                  {"producerId", producer_.to_string()},
                  {"rtpCapabilities", captured().at("device.rtpCapabilities")}});
  EXPECT_EQ(request.room, "r");
  EXPECT_EQ(request.producer, producer_);
  EXPECT_GT(request.rtp_capabilities.codecs.size(), 3u);
}

TEST_F(MethodsTest, TheFieldThatIsWrongIsNamed) {
  EXPECT_NE(error("GetRouterRtpCapabilities", {}).find("roomId"), std::string::npos);
  EXPECT_EQ(error("GetRouterRtpCapabilities", {{"roomId", ""}}), "roomId: empty");
  EXPECT_NE(error("GetProducers", {{"roomId", std::string(129, 'x')}}).find("roomId"),
            std::string::npos);
  EXPECT_EQ(error("CreateWebRtcTransport", {{"roomId", "r"}, {"direction", "both"}}),
            "direction: expected send or recv");
  EXPECT_EQ(error("ResumeConsumer", {{"consumerId", producer_.to_string()}}),
            "consumerId: not an id of this kind");
  bj::object fields = produce();
  fields["rtpParameters"].as_object()["codecs"].as_array()[0].as_object()["payloadType"] = 200;
  EXPECT_NE(error("Produce", fields).find("rtpParameters.codecs[0].payloadType"),
            std::string::npos);
}

TEST_F(MethodsTest, AppDataIsAnObjectAndSmall) {
  bj::object fields = produce();
  fields.erase("appData");
  EXPECT_EQ(error("Produce", fields), "appData: expected an object");
  fields["appData"] = "text";
  EXPECT_NE(error("Produce", fields).find("appData"), std::string::npos);
  fields["appData"] = bj::object{{"more", std::string(kAppDataBytesMax, 'x')}};
  EXPECT_EQ(error("Produce", fields), "appData: at most 1024 bytes");
}

TEST_F(MethodsTest, WhoDoesNotSayWhoTheyAreAreUnknown) {
  bj::object fields = produce();
  fields["appData"] = bj::object{{"type", "audio"}};
  EXPECT_EQ(take<rooms::Produce>("Produce", fields).app_data.user, "unknown");
}

TEST_F(MethodsTest, TheRoomOfAProducerMayBeLeftOut) {
  const bj::object fields{{"producerId", producer_.to_string()}};
  EXPECT_EQ(take<rooms::CloseProducer>("CloseProducer", fields).room, "");
  EXPECT_TRUE(take<rooms::SetProducerPaused>("PauseProducer", fields).paused);
  EXPECT_FALSE(take<rooms::SetProducerPaused>("ResumeProducer", fields).paused);
}

TEST_F(MethodsTest, WhatIsNoObjectIsRefused) {
  EXPECT_FALSE(read_request(*find_method("Produce"), bj::array{}));
  EXPECT_FALSE(read_request(*find_method("GetProducers"), "r"));
}

}  // namespace
}  // namespace confab::media_compat
