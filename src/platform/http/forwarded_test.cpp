#include "platform/http/forwarded.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

Endpoint end(std::string_view text) {
  return *Endpoint::parse(text);
}

// What is taken for the client when `lines` come from 127.0.0.1:5000, of which is trusted
// 127.0.0.1 and 10.0.0.0/8.
std::string client(const std::vector<std::string>& lines,
                   std::string_view peer = "127.0.0.1:5000") {
  const std::vector<IpPrefix> trusted = {*IpPrefix::parse("127.0.0.1"),
                                         *IpPrefix::parse("10.0.0.0/8")};
  Headers headers = {{"Host", "meet.example"}};
  for (const std::string& line : lines) headers.emplace_back("x-forwarded-for", line);
  return client_of(end(peer), headers, trusted).to_string();
}

TEST(ForwardedTest, TheProxysWordCountsAndTheClientsOwnDoesNot) {
  EXPECT_EQ(client({"203.0.113.7"}), "203.0.113.7:0");
  EXPECT_EQ(client({"198.51.100.1, 203.0.113.7"}), "203.0.113.7:0");
}

TEST(ForwardedTest, ALineTheClientBroughtAlongDoesNotHideTheProxysOwn) {
  EXPECT_EQ(client({"198.51.100.1", "203.0.113.7"}), "203.0.113.7:0");
  EXPECT_EQ(client({"198.51.100.1", "198.51.100.2, 203.0.113.7"}), "203.0.113.7:0");
}

TEST(ForwardedTest, AChainOfTrustedProxiesIsFollowedToWhoIsNone) {
  EXPECT_EQ(client({"198.51.100.1, 203.0.113.7, 10.1.2.3"}), "203.0.113.7:0");
  EXPECT_EQ(client({"10.9.9.9, 10.1.2.3"}), "10.9.9.9:0") << "a client inside";
}

TEST(ForwardedTest, WhoIsNoProxySpeaksForItselfAlone) {
  EXPECT_EQ(client({"203.0.113.7"}, "192.0.2.1:99"), "192.0.2.1:99");
}

TEST(ForwardedTest, PortsAndBracketsAreNotPartOfTheAddress) {
  EXPECT_EQ(client({"203.0.113.7:51234"}), "203.0.113.7:51234");
  EXPECT_EQ(client({"[2001:db8::17]:4711"}), "[2001:db8::17]:4711");
  EXPECT_EQ(client({"[2001:db8::17]"}), "[2001:db8::17]:0");
  EXPECT_EQ(client({"2001:db8::17"}), "[2001:db8::17]:0");
  EXPECT_EQ(client({"203.0.113.7:_hidden"}), "203.0.113.7:0");
}

TEST(ForwardedTest, BlanksTabsAndEmptyElementsDoNotCount) {
  EXPECT_EQ(client({"198.51.100.1,\t203.0.113.7 , ,"}), "203.0.113.7:0");
  EXPECT_EQ(client({"", "203.0.113.7", ""}), "203.0.113.7:0");
  EXPECT_EQ(client({""}), "127.0.0.1:5000");
  EXPECT_EQ(client({}), "127.0.0.1:5000");
}

TEST(ForwardedTest, WhatCannotBeReadIsTheProxysThatWroteIt) {
  for (const auto* text :
       {"unknown", "_secret", "203.0.113.7:x", "203.0.113.7:70000", "203.0.113.7:123456",
        "[203.0.113.7]", "[2001:db8::17", "[::1]x", "::1%eth0", "203.0.113", "203.0.113.7:"}) {
    EXPECT_EQ(client({std::string("198.51.100.1, ") + text + ", 10.0.0.9"}), "10.0.0.9:0") << text;
  }
}

}  // namespace
}  // namespace confab::http
