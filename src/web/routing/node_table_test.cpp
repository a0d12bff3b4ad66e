#include "web/routing/node_table.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "web/engineio/server.h"

namespace confab::routing {
namespace {

Endpoint at(std::uint16_t port) {
  return {IpAddress::v4(0x7f000001), port};
}

// As a node of that number makes them.
std::string sid_of(std::uint16_t node) {
  SeededRandom random(node);
  engineio::Server server({.node = node}, random, {});
  server.handle_request({}, engineio::HttpId{1}, engineio::Method::kGet, {"4", "polling", ""}, "");
  engineio::Output output;
  std::string body;
  while (server.poll(output)) {
    if (const auto* respond = std::get_if<engineio::Respond>(&output)) body = respond->body;
  }
  const std::size_t begin = body.find("\"sid\":\"") + 7;
  return body.substr(begin, body.find('"', begin) - begin);
}

constexpr std::uint16_t kAll[] = {1, 2, 3};

struct NodeTableTest : testing::Test {
  NodeTableTest() { table_.set_nodes({{1, at(1)}, {2, at(2)}, {3, at(3)}}); }

  std::uint16_t pick(std::vector<Endpoint> tried = {}) {
    const auto picked = table_.pick(now_, tried);
    return picked ? picked->port : 0;
  }

  NodeTable table_;
  Instant now_{1h};
};

TEST_F(NodeTableTest, those_without_a_session_go_round) {
  EXPECT_EQ((std::vector{pick(), pick(), pick(), pick()}),
            (std::vector<std::uint16_t>{1, 2, 3, 1}));
}

TEST_F(NodeTableTest, those_without_a_session_go_where_the_fewest_are) {
  for (const std::uint16_t node : std::initializer_list<std::uint16_t>{1, 1, 2, 3, 3})
    table_.opened(at(node));
  EXPECT_EQ(pick(), 2);
  EXPECT_EQ(pick(), 2);
  table_.opened(at(2));
  table_.closed(at(3));
  EXPECT_EQ(pick(), 3);
}

TEST_F(NodeTableTest, a_session_stays_at_its_node) {
  for (const std::uint16_t node : kAll) {
    ASSERT_TRUE(table_.of_sid(sid_of(node)).has_value());
    EXPECT_EQ(table_.of_sid(sid_of(node))->port, node);
  }
  EXPECT_EQ(table_.of_sid(sid_of(4)), std::nullopt);
  EXPECT_EQ(table_.of_sid("nonsense"), std::nullopt);
}

TEST_F(NodeTableTest, a_draining_node_keeps_its_sessions_and_gets_no_others) {
  table_.set_nodes({{1, at(1), false}, {2, at(2)}});
  EXPECT_EQ((std::vector{pick(), pick()}), (std::vector<std::uint16_t>{2, 2}));
  EXPECT_EQ(table_.of_sid(sid_of(1))->port, 1);
}

TEST_F(NodeTableTest, where_all_fail_their_checks_newcomers_go_there_all_the_same) {
  table_.set_nodes({{1, at(1), false}, {2, at(2), false}});
  EXPECT_EQ((std::vector{pick(), pick()}), (std::vector<std::uint16_t>{1, 2}));
  table_.set_nodes({{1, at(1), false}, {2, at(2)}});
  EXPECT_EQ((std::vector{pick(), pick()}), (std::vector<std::uint16_t>{2, 2}));
}

TEST_F(NodeTableTest, a_node_that_did_not_answer_is_left_alone_for_two_seconds) {
  table_.failed(now_, at(1));
  EXPECT_EQ((std::vector{pick(), pick(), pick()}), (std::vector<std::uint16_t>{2, 3, 2}));
  now_ += NodeTable::kAvoided;
  EXPECT_EQ(pick(), 1);
}

TEST_F(NodeTableTest, a_node_that_answers_is_back_at_once) {
  table_.failed(now_, at(1));
  table_.answered(at(1));
  EXPECT_EQ(pick(), 1);
}

TEST_F(NodeTableTest, where_nobody_answered_lately_all_are_tried_again) {
  for (const std::uint16_t node : kAll) table_.failed(now_, at(node));
  EXPECT_FALSE(table_.is_ready(now_));
  EXPECT_NE(pick(), 0);
}

TEST_F(NodeTableTest, nobody_is_tried_twice_for_one_request) {
  EXPECT_EQ(pick({at(1), at(2)}), 3);
  EXPECT_EQ(pick({at(1), at(2), at(3)}), 0);
}

TEST_F(NodeTableTest, a_node_that_is_gone_is_nobodys_and_forgotten_with_its_last_socket) {
  table_.opened(at(1));
  table_.set_nodes({{2, at(2)}});
  EXPECT_EQ(table_.of_sid(sid_of(1)), std::nullopt);
  EXPECT_EQ(table_.status(now_).size(), 2u);
  table_.closed(at(1));
  EXPECT_EQ(table_.status(now_).size(), 1u);
}

TEST_F(NodeTableTest, is_ready_while_somebody_takes_new_ones) {
  EXPECT_TRUE(table_.is_ready(now_));
  table_.set_nodes({{1, at(1), false}});
  EXPECT_FALSE(table_.is_ready(now_));
  table_.set_nodes({});
  EXPECT_FALSE(table_.is_ready(now_));
}

}  // namespace
}  // namespace confab::routing
