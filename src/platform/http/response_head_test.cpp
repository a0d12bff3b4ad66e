#include "platform/http/response_head.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

TEST(ResponseHead, ABodyThatNobodyCountedComesInChunks) {
  Response response = Response::text(200, {});
  response.is_stream = true;
  const std::string head = response_head(response, true, 0);
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(framed("0123456789abcdef", StreamFraming::kChunked), "10\r\n0123456789abcdef\r\n");
  EXPECT_EQ(framed("", StreamFraming::kChunked), "0\r\n\r\n");
}

TEST(ResponseHead, ToHttp10ItEndsWithTheConnection) {
  Response response = Response::text(200, {});
  response.is_stream = true;
  const std::string head = response_head(response, false, 0, StreamFraming::kUntilClose);
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(framed("abc", StreamFraming::kUntilClose), "abc");
}

TEST(ResponseHead, OneThatIsThereIsCounted) {
  EXPECT_NE(response_head(Response::text(200, "four"), true, 0).find("Content-Length: 4\r\n"),
            std::string::npos);
}

}  // namespace
}  // namespace confab::http
