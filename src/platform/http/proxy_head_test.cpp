#include "platform/http/proxy_head.h"

#include <gtest/gtest.h>

#include "base/trace_context.h"

namespace confab::http {
namespace {

const RequestStamp kStamp{"id-1", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"};

Request asked() {
  Request request;
  request.target = "/api/rooms/a%2fb?x=1";
  request.host = "meet.example:8443";
  request.remote = {*IpAddress::parse("203.0.113.7"), 50000};
  return request;
}

// The values of a field in a head, one after the other.
std::string field(std::string_view head, std::string_view name) {
  std::string values;
  const std::string start = "\r\n" + std::string(name) + ": ";
  for (std::size_t at = head.find(start); at != head.npos; at = head.find(start, at + 1)) {
    const std::size_t begin = at + start.size();
    values += "[" + std::string(head.substr(begin, head.find("\r\n", begin) - begin)) + "]";
  }
  return values;
}

TEST(ProxiedHead, says_what_was_asked_as_it_was_asked) {
  Request request = asked();
  request.headers = {{"Accept", "*/*"}, {"Cookie", "a=b"}, {"Host", "meet.example:8443"}};
  const std::string head = proxied_head(request, kStamp, false);
  EXPECT_TRUE(head.starts_with("GET /api/rooms/a%2fb?x=1 HTTP/1.1\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_EQ(field(head, "Accept"), "[*/*]");
  EXPECT_EQ(field(head, "Host"), "[meet.example:8443]");
  EXPECT_EQ(field(head, "Content-Length"), "");
  EXPECT_EQ(field(head, "X-Request-Id"), "[id-1]");
  EXPECT_EQ(field(head, "traceparent"), "[" + kStamp.traceparent + "]");
}

TEST(ProxiedHead, names_the_client_and_nobody_whom_the_client_names) {
  Request request = asked();
  request.headers = {{"X-Forwarded-For", "10.0.0.1"}, {"x-forwarded-for", "10.0.0.2"},
                     {"X-Forwarded-Host", "evil"},    {"X-Forwarded-Proto", "https"},
                     {"Forwarded", "for=10.0.0.3"},   {"X-Real-IP", "10.0.0.4"}};
  const std::string head = proxied_head(request, kStamp, false);
  EXPECT_EQ(field(head, "X-Forwarded-For"), "[203.0.113.7]");
  EXPECT_EQ(field(head, "X-Forwarded-Host"), "[meet.example:8443]");
  EXPECT_EQ(field(head, "X-Forwarded-Proto"), "[http]");
  EXPECT_EQ(head.find("10.0.0"), head.npos);
}

TEST(ProxiedHead, believes_a_trusted_proxy_about_https) {
  Request request = asked();
  request.headers = {{"X-Forwarded-Proto", "https"}};
  request.is_by_proxy = true;
  EXPECT_EQ(field(proxied_head(request, kStamp, false), "X-Forwarded-Proto"), "[https]");
}

TEST(ProxiedHead, keeps_what_is_about_one_connection_to_itself) {
  Request request = asked();
  request.method = Method::kPost;
  request.body = "hello";
  request.headers = {{"Connection", "close, X-Secret"},
                     {"X-Secret", "1"},
                     {"Transfer-Encoding", "chunked"},
                     {"content-length", "99"},
                     {"TE", "trailers"},
                     {"Upgrade", "h2c"},
                     {"HTTP2-Settings", "x"},
                     {"Expect", "100-continue"},
                     {"Proxy-Authorization", "x"},
                     {"X-Other", "2"}};
  const std::string head = proxied_head(request, kStamp, false);
  EXPECT_EQ(field(head, "X-Other"), "[2]");
  EXPECT_EQ(field(head, "Content-Length"), "[5]");
  for (const char* gone : {"Connection", "X-Secret", "Transfer-Encoding", "content-length", "TE",
                           "Upgrade", "HTTP2-Settings", "Expect", "Proxy-Authorization"}) {
    EXPECT_EQ(field(head, gone), "") << gone;
  }
}

TEST(ProxiedHead, of_a_post_without_a_body_says_so) {
  Request request = asked();
  request.method = Method::kPost;
  EXPECT_EQ(field(proxied_head(request, kStamp, false), "Content-Length"), "[0]");
}

TEST(ProxiedHead, of_an_upgrade_asks_for_a_websocket) {
  Request request = asked();
  request.headers = {{"Connection", "keep-alive, Upgrade"},
                     {"Upgrade", "websocket"},
                     {"Sec-WebSocket-Key", "k"},
                     {"Sec-WebSocket-Extensions", "permessage-deflate"}};
  const std::string head = proxied_head(request, kStamp, true);
  EXPECT_EQ(field(head, "Connection"), "[Upgrade]");
  EXPECT_EQ(field(head, "Upgrade"), "[websocket]");
  EXPECT_EQ(field(head, "Sec-WebSocket-Key"), "[k]");
}

TEST(ProxiedHead, of_an_absolute_target_names_the_path_alone) {
  EXPECT_EQ(origin_form("http://other.example/a?b"), "/a?b");
  EXPECT_EQ(origin_form("http://other.example"), "/");
  EXPECT_EQ(origin_form("*"), "/");
}

TEST(RequestStamp, is_taken_from_trusted_proxies_and_made_for_all_others) {
  SeededRandom random(1);
  Request request = asked();
  request.headers = {{"X-Request-Id", "nginx-1"}};
  const std::string made = stamp_request(request, random).request_id;
  EXPECT_EQ(made.size(), 32u);
  request.is_by_proxy = true;
  EXPECT_EQ(stamp_request(request, random).request_id, "nginx-1");
  request.headers = {{"X-Request-Id", "a b"}};
  EXPECT_NE(stamp_request(request, random).request_id, "a b");
}

TEST(RequestStamp, carries_a_trace_on_or_begins_one) {
  SeededRandom random(1);
  Request request = asked();
  EXPECT_TRUE(TraceContext::parse(stamp_request(request, random).traceparent));
  request.headers = {{"traceparent", kStamp.traceparent}};
  EXPECT_EQ(stamp_request(request, random).traceparent, kStamp.traceparent);
  request.headers = {{"traceparent", "00-0-0-0"}};
  EXPECT_TRUE(TraceContext::parse(stamp_request(request, random).traceparent));
}

TEST(ProxiedAnswer, leaves_to_us_what_we_say_to_the_client) {
  const Headers answer = proxied_answer({{"Content-Type", "text/plain"},
                                         {"Connection", "keep-alive, X-Hop"},
                                         {"X-Hop", "1"},
                                         {"Date", "x"},
                                         {"Content-Length", "3"},
                                         {"Transfer-Encoding", "chunked"},
                                         {"Access-Control-Allow-Origin", "*"},
                                         {"Strict-Transport-Security", "max-age=1"},
                                         {"x-content-type-options", "nosniff"},
                                         {"Cache-Control", "no-store"}},
                                        kStamp);
  EXPECT_EQ(answer, (Headers{{"Content-Type", "text/plain"},
                             {"Cache-Control", "no-store"},
                             {"X-Request-Id", "id-1"}}));
}

}  // namespace
}  // namespace confab::http
