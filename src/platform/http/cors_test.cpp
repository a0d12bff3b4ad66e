#include "platform/http/cors.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

Request preflight_from(const std::string& origin) {
  Request request;
  request.method = Method::kOptions;
  request.headers = {{"origin", origin}, {"access-control-request-method", "POST"}};
  return request;
}

TEST(HttpCors, KnowsAPreflight) {
  EXPECT_TRUE(Cors::is_preflight(preflight_from("https://a.example")));
  Request plain;
  plain.method = Method::kOptions;
  EXPECT_FALSE(Cors::is_preflight(plain));
}

TEST(HttpCors, AllowsNobodyByDefault) {
  const Cors cors({});
  Headers headers;
  cors.allow("https://a.example", headers);
  EXPECT_TRUE(headers.empty());
  EXPECT_TRUE(cors.preflight(preflight_from("https://a.example")).headers.empty());
}

TEST(HttpCors, AllowsAnyone) {
  const Cors cors({"*"});
  Headers headers;
  cors.allow("https://a.example", headers);
  EXPECT_EQ(find_header(headers, "access-control-allow-origin"), "*");
  const Response response = cors.preflight(preflight_from("https://a.example"));
  EXPECT_EQ(response.status, 204u);
  EXPECT_FALSE(find_header(response.headers, "Access-Control-Allow-Methods").empty());
}

TEST(HttpCors, AllowsTheListedByNameAndTellsCaches) {
  const Cors cors({"https://a.example"});
  Headers listed;
  cors.allow("https://a.example", listed);
  EXPECT_EQ(find_header(listed, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(find_header(listed, "Vary"), "Origin");
  Headers other;
  cors.allow("https://b.example", other);
  EXPECT_EQ(find_header(other, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(find_header(other, "Vary"), "Origin");
  EXPECT_TRUE(cors.preflight(preflight_from("https://b.example")).headers.empty());
}

}  // namespace
}  // namespace confab::http
