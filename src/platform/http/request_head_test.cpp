#include "platform/http/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace confab::http {
namespace {

// The status a POST with these lines (each ended by "|") is refused with; 0 when it is not.
unsigned refused(std::string lines, const std::string& version = "HTTP/1.1") {
  for (std::size_t at = lines.find('|'); at != std::string::npos; at = lines.find('|')) {
    lines.replace(at, 1, "\r\n");
  }
  return refusal_of_head("POST /api/rooms " + version + "\r\n" + lines + "\r\n").value_or(0);
}

TEST(RequestHeadTest, WhatBrowsersAndToolsSendIsTaken) {
  EXPECT_EQ(refused("Host: meet.example:8080|Content-Length: 0|"), 0u);
  EXPECT_EQ(refused("host:[::1]:8080|transfer-encoding:\tCHUNKED |"), 0u);
  EXPECT_EQ(refused("Host: a|X-Odd: caf\xc3\xa9, \"quoted\"|Empty:|"), 0u);
  EXPECT_EQ(refused("", "HTTP/1.0"), 0u);
}

TEST(RequestHeadTest, AnUnknownTransferCodingDoesNotTurnTheBodyIntoARequest) {
  EXPECT_EQ(refused("Host: a|Transfer-Encoding: xchunked|"), 400u);
  EXPECT_EQ(refused("Host: a|Transfer-Encoding: chunked, identity|"), 400u);
  EXPECT_EQ(refused("Host: a|Transfer-Encoding: chunked|Transfer-Encoding: identity|"), 400u);
  EXPECT_EQ(refused("Host: a|Transfer-Encoding: chunked, chunked|"), 400u);
  EXPECT_EQ(refused("Host: a|Transfer-Encoding: chunked;q=1|"), 400u);
  EXPECT_EQ(refused("Host: a|Transfer-Encoding:|"), 400u);
  EXPECT_EQ(refused("Host: a|Transfer-Encoding: gzip, chunked|"), 501u);
  EXPECT_EQ(refused("Transfer-Encoding: chunked|", "HTTP/1.0"), 400u);
}

TEST(RequestHeadTest, OneBodyHasOneLength) {
  EXPECT_EQ(refused("Host: a|Content-Length: 5|Content-Length: 5|"), 400u);
  EXPECT_EQ(refused("Host: a|Content-Length: 5, 5|"), 400u);
  EXPECT_EQ(refused("Host: a|Content-Length: +5|"), 400u);
  EXPECT_EQ(refused("Host: a|Content-Length:|"), 400u);
  EXPECT_EQ(refused("Host: a|Content-Length: 99999999999999999999|"), 400u);
  EXPECT_EQ(refused("Host: a|Content-Length: 5|Transfer-Encoding: chunked|"), 400u);
}

TEST(RequestHeadTest, ExactlyOneHostIsNamed) {
  EXPECT_EQ(refused("Accept: x|"), 400u);
  EXPECT_EQ(refused("Host: a|Host: a|"), 400u);
  EXPECT_EQ(refused("Host: a, b|"), 400u);
  EXPECT_EQ(refused("Host: user@a|"), 400u);
  EXPECT_EQ(refused("Host: a/b|"), 400u);
}

TEST(RequestHeadTest, LinesThatGoOnOrHideTheirNameAreRefused) {
  EXPECT_EQ(refused("Host: a|X-Long: one| two|"), 400u);
  EXPECT_EQ(refused(" Host: a|Host: b|"), 400u);
  EXPECT_EQ(refused("Host : a|"), 400u);
  EXPECT_EQ(refused("Host: a|no colon|"), 400u);
  EXPECT_EQ(refused("Host: a|: nameless|"), 400u);
  EXPECT_EQ(refused(std::string("Host: a|X: nul\0|", 16)), 400u);
  EXPECT_EQ(refused("Host: a|X: one\rContent-Length: 5|"), 400u);
}

TEST(RequestHeadTest, TheHeadEndsAtTheEmptyLineHoweverItArrives) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::size_t seen = 0;
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(find_head_end(head.substr(0, size), seen), HeadState::kIncomplete) << size;
  }
  EXPECT_EQ(find_head_end(head + "GET / ...", seen), HeadState::kComplete);
  EXPECT_EQ(seen, head.size());
}

TEST(RequestHeadTest, ALineFeedAloneEndsNoLine) {
  for (const auto* text :
       {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "\n"}) {
    std::size_t seen = 0;
    EXPECT_EQ(find_head_end(text, seen), HeadState::kBroken) << text;
  }
}

}  // namespace
}  // namespace confab::http
