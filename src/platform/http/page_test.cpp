#include "platform/http/page.h"

#include "gtest/gtest.h"

namespace confab::http {
namespace {

Request asked_with(Headers headers, std::string host = "meet.example", bool is_tls = true) {
  Request request;
  request.headers = std::move(headers);
  request.host = std::move(host);
  request.is_tls = is_tls;
  return request;
}

TEST(Cookie, is_found_among_others_and_counts_once) {
  const auto of = [](Headers headers) {
    return std::string(cookie_of(asked_with(std::move(headers)), "id"));
  };
  EXPECT_EQ(of({{"Cookie", "a=1; id=xyz; b=2"}}), "xyz");
  EXPECT_EQ(of({{"cookie", "id=a=b"}}), "a=b");
  EXPECT_EQ(of({{"Cookie", "a=1"}, {"Cookie", "id=2"}}), "2");
  EXPECT_EQ(of({{"Cookie", "myid=1; idx=2; id"}}), "");
  EXPECT_EQ(of({{"Cookie", "id=1; id=2"}}), "") << "somebody else may have set one of them";
  EXPECT_EQ(of({{"Cookie", ";;  ; id= ;"}}), "");
  EXPECT_EQ(of({}), "");
}

TEST(OwnPage, is_one_of_the_same_origin_and_no_other) {
  const auto is_own = [](Headers headers, bool is_tls = true) {
    return is_own_page(asked_with(std::move(headers), "meet.example", is_tls));
  };
  EXPECT_TRUE(is_own({{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(is_own({{"Origin", "https://meet.example"}}));
  EXPECT_TRUE(is_own({{"Origin", "http://meet.example"}}, false));
  EXPECT_FALSE(is_own({{"Origin", "http://meet.example"}})) << "anybody may speak in its name";
  EXPECT_FALSE(is_own({{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(is_own({{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_FALSE(is_own({{"Sec-Fetch-Site", "none"}}));
  EXPECT_FALSE(is_own({{"Origin", "https://meet.example"}, {"Sec-Fetch-Site", "same-site"}}))
      << "the browser has the last word";
  EXPECT_FALSE(is_own({{"Origin", "null"}}));
  EXPECT_FALSE(is_own({}));
}

TEST(OwnPage, is_none_of_another_port_of_our_name) {
  const auto is_own = [](const std::string& origin, const std::string& host, bool is_tls = true) {
    return is_own_page(asked_with({{"Origin", origin}}, host, is_tls));
  };
  EXPECT_FALSE(is_own("https://meet.example:8443", "meet.example"));
  EXPECT_FALSE(is_own("http://localhost:3000", "localhost", false));
  EXPECT_FALSE(is_own("https://meet.example:80", "meet.example"));
  EXPECT_TRUE(is_own("https://meet.example:443", "meet.example"));
  EXPECT_TRUE(is_own("http://meet.example:80", "meet.example", false));
  EXPECT_TRUE(is_own("https://meet.example", "meet.example:443"));
  EXPECT_TRUE(is_own("https://meet.example:8443", "meet.example:8443"));
  EXPECT_TRUE(is_own("https://[fd00::1]", "[fd00::1]"));
  EXPECT_FALSE(is_own("https://[fd00::1]:8443", "[fd00::1]"));
}

TEST(Scheme, is_what_a_trusted_proxy_says_and_nobody_else) {
  Request request = asked_with({{"X-Forwarded-Proto", "https"}}, "meet.example", false);
  EXPECT_EQ(scheme_of(request), "http");
  request.is_by_proxy = true;
  EXPECT_EQ(scheme_of(request), "https");
}

TEST(LocalHost, is_this_machine_by_address_or_by_its_one_name) {
  for (const char* host : {"localhost:8080", "127.0.0.1", "127.0.0.9:1", "[::1]:8080"}) {
    EXPECT_TRUE(is_local_host(host)) << host;
  }
  for (const char* host : {"localhost.evil.example", "10.0.0.1", "meet", "", "[fd00::1]"}) {
    EXPECT_FALSE(is_local_host(host)) << host;
  }
}

TEST(ThisMachine, asks_itself_without_a_network_or_a_page_of_elsewhere) {
  const auto is_here = [](Headers headers, const char* from = "127.0.0.1",
                          const char* host = "localhost:8080") {
    Request request = asked_with(std::move(headers), host, false);
    request.remote.address = *IpAddress::parse(from);
    return is_of_this_machine(request);
  };
  EXPECT_TRUE(is_here({}));
  EXPECT_TRUE(is_here({}, "::1", "[::1]:8080"));
  EXPECT_TRUE(is_here({{"Origin", "http://localhost:8080"}}));
  EXPECT_TRUE(is_here({{"Origin", "http://127.0.0.1:3000"}})) << "the app as it is developed";
  EXPECT_FALSE(is_here({}, "192.0.2.1"));
  EXPECT_FALSE(is_here({}, "127.0.0.1", "meet.example"));
  for (const char* elsewhere : {"https://meet.example", "http://meet.example", "null",
                                "https://localhost:8080", "http://localhost.evil.example"}) {
    EXPECT_FALSE(is_here({{"Origin", elsewhere}})) << elsewhere;
  }
}

}  // namespace
}  // namespace confab::http
