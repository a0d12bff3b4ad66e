#include "platform/http/message.h"

#include <gtest/gtest.h>

#include "platform/http/content_type.h"
#include "platform/http/date.h"
#include "platform/http/response_head.h"

namespace confab::http {
namespace {

TEST(HttpMessage, DecodesPercentEscapes) {
  EXPECT_EQ(percent_decode("/a%20b%2Fc", false), "/a b/c");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("caf%C3%A9", false), "caf\xc3\xa9");
  for (const char* wrong : {"%", "%4", "%zz", "%-1", "a%00b", "%ff"}) {
    EXPECT_FALSE(percent_decode(wrong, false)) << wrong;
  }
}

TEST(HttpMessage, FindsQueryValues) {
  Request request;
  request.query = "EIO=4&transport=polling&name=a%26b+c&empty=&flag&EIO=3";
  EXPECT_EQ(request.query_value("EIO"), "4");
  EXPECT_EQ(request.query_value("name"), "a&b c");
  EXPECT_EQ(request.query_value("empty"), "");
  EXPECT_EQ(request.query_value("flag"), "");
  EXPECT_FALSE(request.query_value("sid"));
}

TEST(HttpMessage, FindsHeadersInAnyCase) {
  EXPECT_EQ(find_header({{"Content-TYPE", "a"}, {"content-type", "b"}}, "content-type"), "a");
  EXPECT_EQ(find_header({{"Content-Type", "a"}}, "Content-Typ"), "");
}

TEST(HttpMessage, WritesErrorsAsJson) {
  const Response response = Response::error({ErrorCode::kNotFound, "no \"room\"\nhere"});
  EXPECT_EQ(response.status, 404u);
  EXPECT_EQ(find_header(response.headers, "content-type"), "application/problem+json");
  EXPECT_EQ(find_header(response.headers, "cache-control"), "no-store");
  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no \"room\" here",)"
            R"("code":"not_found","error":{"code":"not_found","message":"no \"room\" here"}})");
}

TEST(HttpMessage, AProblemSaysWhatIsToBeDoneAboutIt) {
  const Response nobody = Response::error({ErrorCode::kUnauthenticated, "who are you?"});
  EXPECT_EQ(find_header(nobody.headers, "WWW-Authenticate"), "Bearer");
  Response often = Response::error({ErrorCode::kRateLimited, "slowly"});
  EXPECT_EQ(find_header(often.headers, "Retry-After"), "1");
  often.set_header("retry-after", "5");
  EXPECT_EQ(find_header(often.headers, "Retry-After"), "5");
  const Response method = Response::error({ErrorCode::kInvalidArgument, "not here"}, 405);
  EXPECT_EQ(method.status, 405u);
  EXPECT_TRUE(method.body.contains(R"("title":"Method Not Allowed","status":405)"));
}

TEST(HttpMessage, WritesDatesAsRfc9110Section5_6_7) {
  EXPECT_EQ(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpMessage, WritesTheHead) {
  const Response response = Response::text(200, "hello");
  EXPECT_EQ(response_head(response, true, 0),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\n"
            "X-Content-Type-Options: nosniff\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 5\r\n\r\n");
  const Response empty{204, {}, {}, nullptr};
  EXPECT_EQ(response_head(empty, false, 0).find("Content-Length"), std::string::npos);
  const Response split{200, {{"X-A", "a\r\nX-B: b"}}, {}, nullptr};
  EXPECT_DEATH(response_head(split, true, 0), "value");
}

TEST(HttpMessage, KnowsTypesByName) {
  EXPECT_EQ(content_type_of("/a/b.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type_of("/index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type_of("/LICENSE"), "application/octet-stream");
}

}  // namespace
}  // namespace confab::http
