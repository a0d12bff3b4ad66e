#include "service/media_compat/messages.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "base/random.h"
#include "media/media.pb.h"
#include "service/media_compat/answers.h"

namespace confab::media_compat {
namespace {

Result<boost::json::value> parse(std::string_view method,
                                 const google::protobuf::Message& message) {
  return parse_message(*find_method(method), message.SerializeAsString());
}

TEST(Messages, EachMethodIsOneOfTheProto) {
  const auto* service = media::Empty::descriptor()->file()->FindServiceByName("MediaService");
  EXPECT_EQ(methods().size(), static_cast<std::size_t>(service->method_count()));
  for (const Method& method : methods()) {
    EXPECT_TRUE(parse_message(method, "")) << method.name;
    EXPECT_EQ(serialize_message(method, {}), "") << method.name;
  }
}

TEST(Messages, JsonInThemIsReadOnTheWay) {
  media::ProduceRequest request;
  request.set_kind("audio");
  request.set_appdata(R"({"userId":"ada"})");
  const auto fields = parse("Produce", request);
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, boost::json::value({{"kind", "audio"}, {"appData", {{"userId", "ada"}}}}));
}

TEST(Messages, JsonThatIsNoneIsSaidSoByItsField) {
  media::ProduceRequest request;
  request.set_rtpparameters("{");
  const auto fields = parse("Produce", request);
  ASSERT_FALSE(fields);
  EXPECT_TRUE(fields.error().message.starts_with("rtpParameters: not JSON"))
      << fields.error().message;
}

TEST(Messages, WhatIsNoMessageOrTooLargeIsRefused) {
  const Method& method = *find_method("GetProducers");
  EXPECT_FALSE(parse_message(method, "\xff\xff"));
  EXPECT_FALSE(parse_message(method, "\x0a\x02\xff\xfe")) << "no UTF-8";
  const auto large = parse_message(method, std::string(kRequestBytesMax + 1, 'x'));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
}

TEST(Messages, AnswersAreStringsOfJson) {
  SeededRandom random(1);
  const auto producer = ProducerId::random(random);
  const rooms::ProducerList list{{{producer, "ada", R"({"type":"screen"})"}}};
  media::GetProducersResponse listed;
  ASSERT_TRUE(
      listed.ParseFromString(serialize_message(*find_method("GetProducers"), to_fields(list))));
  EXPECT_EQ(listed.producers(), R"([{"producerId":")" + producer.to_string() +
                                    R"(","userId":"ada","appData":{"type":"screen"}}])");
  media::ProduceResponse produced;
  ASSERT_TRUE(produced.ParseFromString(
      serialize_message(*find_method("Produce"), to_fields(control::Produced{producer}))));
  EXPECT_EQ(produced.id(), producer.to_string());
  EXPECT_EQ(serialize_message(*find_method("CloseProducer"), to_fields(rooms::Done{})), "");
}

TEST(Messages, AConsumerComesWithWhatItsProducerSaidOfItself) {
  const auto fields = to_fields(rooms::ConsumerMade{control::Consumed{}, R"({"type":"screen"})"});
  EXPECT_EQ(fields.at("params").at("appData"), boost::json::value({{"type", "screen"}}));
  EXPECT_EQ(fields.at("params").at("type"), "simple");
}

}  // namespace
}  // namespace confab::media_compat
