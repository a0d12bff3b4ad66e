#include "platform/http/router.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

TEST(HttpRouter, PrefersTheMostExactPattern) {
  Router router;
  const Route* rooms = &router.at("/api/rooms");
  const Route* room = &router.at("/api/rooms/:code");
  const Route* fixed = &router.at("/api/rooms/mine");
  const Route* rest = &router.at("/api/*");
  PathParams params;
  EXPECT_EQ(router.find("/api/rooms", params), rooms);
  EXPECT_EQ(router.find("/api/rooms/mine", params), fixed);
  EXPECT_TRUE(params.empty());
  EXPECT_EQ(router.find("/api/rooms/abc-defg", params), room);
  EXPECT_EQ(params["code"], "abc-defg");
  EXPECT_EQ(router.find("/api/other/thing", params), rest);
  EXPECT_EQ(router.find("/elsewhere", params), nullptr);
}

TEST(HttpRouter, ANamedSegmentIsNotEmpty) {
  Router router;
  router.at("/api/rooms/:code");
  PathParams params;
  EXPECT_EQ(router.find("/api/rooms/", params), nullptr);
}

TEST(HttpRouter, AFolderTakesItselfAndAllUnderIt) {
  Router router;
  const Route* folder = &router.at("/socket.io/*");
  PathParams params;
  EXPECT_EQ(router.find("/socket.io/", params), folder);
  EXPECT_EQ(router.find("/socket.io", params), folder);
  EXPECT_EQ(router.find("/socket.io/a/b", params), folder);
  EXPECT_EQ(router.find("/socket.iox", params), nullptr);
}

TEST(HttpRouter, ChoosesByMethod) {
  Router router;
  Route& route = router.at("/a");
  route.handlers[Method::kGet] = [](Request, Responder) {};
  route.handlers[Method::kPost] = [](Request, Responder) {};
  EXPECT_EQ(handler_for(route, Method::kHead), &route.handlers[Method::kGet]);
  EXPECT_EQ(handler_for(route, Method::kPut), nullptr);
  EXPECT_EQ(allowed_methods(route), "GET, HEAD, POST");
  route.any_method = [](Request, Responder) {};
  EXPECT_EQ(handler_for(route, Method::kPut), &route.any_method);
  EXPECT_EQ(&router.at("/a"), &route);
}

TEST(HttpRouter, WhatIsCountedIsCountedByThePattern) {
  Router router;
  router.at("/api/rooms/:code");
  PathParams params;
  router.find("/api/rooms/abc-defg", params)->counts->answered(200, 3ms);
  router.find("/api/rooms/hij-klmn", params)->counts->answered(503, 3ms);
  std::vector<std::string> patterns;
  router.for_each([&](std::string_view pattern, const Route& route) {
    patterns.emplace_back(pattern);
    EXPECT_EQ(route.counts->outcomes, (std::array<std::uint64_t, 5>{1, 0, 0, 1, 0}));
  });
  EXPECT_EQ(patterns, std::vector<std::string>{"/api/rooms/:code"});
}

}  // namespace
}  // namespace confab::http
