// Against platform/http's own server, on loopback; and a front server that passes everything on.
#include "platform/http_client/upstream.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/http/proxy_head.h"
#include "platform/http/server.h"
#include "platform/http/tunnel.h"
#include "platform/http_client/http_client.h"

namespace confab::http {
namespace {

struct UpstreamTest : testing::Test {
  UpstreamTest() {
    node.route(Method::kGet, "/large", [this](const Request&, Responder responder) {
      responder.send(Response::text(200, large));
    });
    node.route(Method::kPost, "/echo", [](const Request& request, Responder responder) {
      responder.send(Response::text(201, request.body));
    });
    node.route(Method::kGet, "/never", [this](const Request&, Responder responder) {
      waiting.push_back(std::make_shared<Responder>(std::move(responder)));
      waiting.back()->on_abandoned([this] {
        ++abandoned;
        if (stops_when_abandoned) loop.stop();
      });
    });
    node.websocket(
        "/ws", [](const Request&) { return std::nullopt; },
        [](const Request&, const std::shared_ptr<WebSocket>& socket) {
          socket->on_message([held = std::weak_ptr(socket)](bool, std::string data) {
            held.lock()->send(false, "you said " + data);
          });
          socket->on_closed([](std::optional<std::uint16_t>) {});
        });
    to = *node.listen({IpAddress::v4(0x7f000001), 0});
  }

  UpstreamRequest asking(Method method, std::string target, std::string body = "") {
    Request request;
    request.method = method;
    request.target = std::move(target);
    request.body = body;
    request.host = "x";
    return {.to = to,
            .head = proxied_head(request, {"id", "t"}, false),
            .body = std::move(body),
            .is_head = method == Method::kHead,
            .is_repeatable = method != Method::kPost};
  }

  // Asks one after the other, each made when it is its turn. Status and body, or the failure's
  // name.
  std::vector<std::string> ask(std::deque<std::function<UpstreamRequest()>> questions) {
    questions_ = std::move(questions);
    next();
    loop.run();
    return heard;
  }
  void next() {
    if (questions_.empty()) return loop.stop();
    UpstreamRequest request = questions_.front()();
    questions_.pop_front();
    upstream.call(std::move(request), [this](auto answer) {
      if (!answer) {
        heard.emplace_back(upstream_failure_name(answer.error()));
        return next();
      }
      response = std::move(answer->response);
      heard.push_back(std::to_string(response.status) + " " + response.body);
      read_on();
    });
  }
  void read_on() {
    if (!response.source) return next();
    response.source->read([this](const Result<std::string>& piece) {
      if (!piece || piece->empty()) {
        response.source = nullptr;
        return next();
      }
      heard.back() += *piece;
      read_on();
    });
  }

  EventLoop loop;
  HttpServer node{loop, {}, null_log()};
  Upstream upstream{loop, {}};
  Endpoint to;
  Response response;
  std::vector<std::string> heard;
  const std::string large = std::string(3'000'000, 'x');
  std::vector<std::shared_ptr<Responder>> waiting;
  int abandoned = 0;
  bool stops_when_abandoned = false;

 private:
  std::deque<std::function<UpstreamRequest()>> questions_;
};

using Said = std::vector<std::string>;

TEST_F(UpstreamTest, an_answer_comes_whole_however_large) {
  EXPECT_TRUE(ask({[&] { return asking(Method::kGet, "/large"); }}) == Said{"200 " + large});
}

TEST_F(UpstreamTest, a_connection_serves_one_request_after_the_other) {
  const auto echo = [&] { return asking(Method::kPost, "/echo", "hi"); };
  const auto get = [&] { return asking(Method::kGet, "/large"); };
  ask({echo, get, echo});
  EXPECT_TRUE(heard == (Said{"201 hi", "200 " + large, "201 hi"}));
  EXPECT_EQ(upstream.counts().connections_made, 1u);
  EXPECT_EQ(upstream.counts().connections_reused, 2u);
  EXPECT_EQ(upstream.kept_connections(), 1u);
}

TEST_F(UpstreamTest, head_is_told_the_length_and_given_no_body) {
  ask({[&] { return asking(Method::kHead, "/large"); },
       [&] {
         EXPECT_EQ(response.source_bytes, large.size());
         return asking(Method::kPost, "/echo", "next");
       }});
  EXPECT_EQ(heard, (Said{"200 ", "201 next"}));
}

TEST_F(UpstreamTest, a_kept_connection_that_the_server_closed_is_not_used) {
  ask({[&] { return asking(Method::kGet, "/large"); },
       [&] {
         node.stop();
         return asking(Method::kGet, "/large");
       }});
  EXPECT_EQ(heard.at(1), "unreachable") << "and not the kept connection's end";
}

TEST_F(UpstreamTest, nobody_there_is_told_from_nobody_who_answers) {
  ask({[&] {
         auto request = asking(Method::kGet, "/never");
         request.answer_timeout = 30ms;
         return request;
       },
       [&] {
         auto request = asking(Method::kGet, "/large");
         request.to.port = 1;
         return request;
       }});
  EXPECT_EQ(heard, (Said{"timeout", "unreachable"}));
}

TEST_F(UpstreamTest, who_gives_a_request_up_frees_the_server_of_it) {
  stops_when_abandoned = true;
  bool was_answered = false;
  const auto call =
      upstream.call(asking(Method::kGet, "/never"), [&](auto) { was_answered = true; });
  LoopTimer soon(loop);
  soon.set(monotonic_now() + 50ms, [&] { call->abandon(); });
  loop.run();
  EXPECT_EQ(abandoned, 1);
  EXPECT_FALSE(was_answered);
}

// ---- through a server in front ----

struct FrontTest : UpstreamTest {
  FrontTest() {
    front.route_any("/*", [this](const Request& request, Responder responder) {
      auto shared = std::make_shared<Responder>(std::move(responder));
      upstream.call(asking(request.method, request.target, request.body), [shared](auto answer) {
        shared->send(answer ? std::move(answer->response) : Response::text(502, ""));
      });
    });
    front.tunnel("/*", [this](const Request& request, Responder responder) {
      auto shared = std::make_shared<Responder>(std::move(responder));
      UpstreamRequest asked{.to = to, .head = proxied_head(request, {"id", "t"}, true)};
      asked.is_upgrade = true;
      upstream.call(std::move(asked), [this, shared](auto answer) {
        if (!answer) return shared->send(Response::text(502, ""));
        answer->response.switched = [this, node_side =
                                               answer->stream](std::shared_ptr<ByteStream> client) {
          tunnel = Tunnel::start(loop, {std::move(client), node_side}, 5s,
                                 [this](Tunnel::End why) { ended = why; });
        };
        shared->send(std::move(answer->response));
      });
    });
    const Endpoint endpoint = *front.listen({IpAddress::v4(0x7f000001), 0});
    target.origin = {.is_tls = false, .host = "127.0.0.1", .port = endpoint.port};
    target.address = endpoint.address;
  }

  HttpServer front{loop, {}, null_log()};
  ClientTarget target;
  std::shared_ptr<Tunnel> tunnel;
  std::optional<Tunnel::End> ended;
};

TEST_F(FrontTest, a_body_is_passed_on_piece_by_piece) {
  std::optional<Response> got;
  fetch(loop, target, Method::kGet, "/large", "", [&](Result<Response> result) {
    got = std::move(*result);
    loop.stop();
  });
  loop.run();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->status, 200u);
  EXPECT_EQ(got->body.size(), large.size());
}

TEST_F(FrontTest, a_websocket_is_passed_on_both_ways) {
  std::vector<std::string> told;
  std::shared_ptr<ClientWebSocket> socket;
  const std::string long_one(60'000, 'y');
  socket = open_websocket(loop, target, "/ws",
                          {.on_open = [] {},
                           .on_text =
                               [&](std::string text) {
                                 told.push_back(std::move(text));
                                 if (told.size() == 2) loop.stop();
                               },
                           .on_closed = [&](std::string_view) { loop.stop(); }});
  socket->send("hi");
  socket->send(long_one);
  loop.run();
  EXPECT_TRUE(told == (Said{"you said hi", "you said " + long_one}));
  tunnel->close();
}

TEST_F(FrontTest, a_refused_upgrade_is_passed_on_as_it_is) {
  std::string why;
  const auto socket = open_websocket(loop, target, "/nowhere",
                                     {.on_open = [] {},
                                      .on_text = [](const std::string&) {},
                                      .on_closed =
                                          [&](std::string_view reason) {
                                            why = reason;
                                            loop.stop();
                                          }});
  loop.run();
  EXPECT_FALSE(why.empty());
  EXPECT_EQ(tunnel, nullptr);
}

}  // namespace
}  // namespace confab::http
