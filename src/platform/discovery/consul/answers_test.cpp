#include "platform/discovery/consul/answers.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "platform/json/json.h"

namespace confab::discovery::consul {
namespace {

std::string entry(std::string_view service, std::string_view checks = "[]") {
  return R"([{"Node":{"Address":"10.0.0.9"},"Service":)" + std::string(service) +
         ",\"Checks\":" + std::string(checks) + "}]";
}

TEST(ConsulInstances, carry_what_was_registered) {
  const auto read = read_instances(
      "s",
      entry(
          R"({"ID":"s-7-5000","Service":"s","Tags":["v1","region-eu"],"Address":"sig","Port":5000,)"
          R"("Meta":{"node":"7","boot":"00ff","grpc_port":"50051"},"Weights":{"Passing":1}})"));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const Instance expected{.id = "s-7-5000",
                          .service = "s",
                          .node = 7,
                          .boot = "00ff",
                          .address = "sig",
                          .port = 5000,
                          .meta = {{"node", "7"}, {"boot", "00ff"}, {"grpc_port", "50051"}},
                          .tags = {"v1", "region-eu"}};
  EXPECT_EQ(read->at(0), expected);
}

TEST(ConsulInstances, without_an_address_of_their_own_are_at_their_node) {
  const auto read =
      read_instances("s", entry(R"({"ID":"a","Address":"","Port":1,"Meta":{"node":"0"}})"));
  EXPECT_EQ(read->at(0).address, "10.0.0.9");
}

TEST(ConsulInstances, of_others_by_the_same_name_are_passed_over) {
  for (const char* foreign : {R"({"ID":"a","Port":1,"Meta":null})", R"({"ID":"a","Port":1})",
                              R"({"ID":"a","Port":0,"Meta":{"node":"1"}})",
                              R"({"ID":"a","Port":1,"Meta":{"node":"70000"}})"}) {
    const auto read = read_instances("s", entry(foreign));
    ASSERT_TRUE(read.has_value()) << foreign << read.error().message;
    EXPECT_TRUE(read->empty()) << foreign;
  }
}

TEST(ConsulInstances, in_maintenance_or_failing_a_check_take_nothing_new) {
  constexpr std::string_view kService = R"({"ID":"a","Port":1,"Meta":{"node":"1"}})";
  const auto healthy = [&](std::string_view checks) {
    return read_instances("s", entry(kService, checks))->at(0).is_healthy;
  };
  EXPECT_TRUE(healthy("[]"));
  EXPECT_TRUE(healthy(R"([{"Status":"passing"},{"Status":"warning"}])"));
  EXPECT_FALSE(healthy(
      R"([{"Status":"passing"},{"CheckID":"_service_maintenance:a","Status":"critical"}])"));
}

TEST(ConsulInstances, that_are_no_list_are_an_error) {
  for (const char* bad : {"", "null", "{}", "[1]", R"([{"Service":{"ID":1}}])", "[{}]"}) {
    EXPECT_FALSE(read_instances("s", bad).has_value()) << bad;
  }
}

TEST(ConsulValues, are_decoded_and_named_without_the_prefix) {
  const auto read =
      read_values("a/", R"([{"Key":"a/","Value":null},{"Key":"a/b","Value":"aGk="},)"
                        R"({"Key":"a/c/d","Value":"aGV5"},{"Key":"z","Value":"aGV5"}])");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, (Values{{"", ""}, {"b", "hi"}, {"c/d", "hey"}}));
}

TEST(ConsulValues, that_are_no_text_are_passed_over) {
  const auto read = read_values(
      "", R"([{"Key":"a","Value":"/w=="},{"Key":"b","Value":"???"},{"Key":"c","Value":"eA=="}])");
  EXPECT_EQ(*read, (Values{{"c", "x"}}));
}

TEST(ConsulRegistration, says_who_we_are_and_how_to_see_that_we_live) {
  const Registration registration{.self = {.id = "s-1-2",
                                           .service = "s",
                                           .node = 1,
                                           .boot = "beef",
                                           .address = "10.0.0.1",
                                           .port = 2,
                                           .meta = {{"region", "eu"}},
                                           .tags = {"v1"}},
                                  .health_url = "http://10.0.0.1:2/readyz"};
  const auto json = json::parse(registration_json(registration));
  ASSERT_TRUE(json.has_value());
  const auto& object = json->as_object();
  EXPECT_EQ(object.at("Meta"),
            (boost::json::value{{"region", "eu"}, {"node", "1"}, {"boot", "beef"}}));
  ASSERT_EQ(object.at("Checks").as_array().size(), 2u);
  EXPECT_EQ(object.at("Checks").at(0).at("TTL"), "10s");
  EXPECT_EQ(object.at("Checks").at(1).at("HTTP"), "http://10.0.0.1:2/readyz");
  EXPECT_EQ(object.at("Checks").at(1).at("DeregisterCriticalServiceAfter"), "5m");
}

}  // namespace
}  // namespace confab::discovery::consul
