// Against platform/http's own server, on loopback.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "platform/http/server.h"
#include "platform/http_client/http_client.h"

namespace confab::http {
namespace {

struct RoundTrip : testing::Test {
  RoundTrip() {
    server.route(Method::kPost, "/echo", [](const Request& request, Responder responder) {
      responder.send(Response::text(201, std::string(request.header("X-Who")) + request.body));
    });
    server.websocket(
        "/ws", [](const Request&) { return std::nullopt; },
        [](const Request&, std::shared_ptr<WebSocket> socket) {
          // Weak: the handler is held by the socket itself, and a loop that stops may never tell it
          // that it was closed.
          socket->on_message([held = std::weak_ptr(socket)](bool, std::string data) {
            const auto self = held.lock();
            if (data == "bye") return self->close();
            self->send(false, "you said " + data);
          });
          socket->on_closed([](std::optional<std::uint16_t>) {});
        });
    const auto endpoint = server.listen({IpAddress::v4(0x7f000001), 0});
    target.origin = {.is_tls = false, .host = "127.0.0.1", .port = endpoint->port};
    target.address = endpoint->address;
    target.headers = {{"X-Who", "me:"}};
    target.timeout = 5s;
  }

  EventLoop loop;
  HttpServer server{loop, {}, null_log()};
  ClientTarget target;
};

TEST_F(RoundTrip, ARequestIsAnswered) {
  std::optional<Result<Response>> answer;
  fetch(loop, target, Method::kPost, "/echo", "hello", [&](Result<Response> result) {
    answer = std::move(result);
    loop.stop();
  });
  loop.run();

  ASSERT_TRUE(answer && answer->has_value());
  EXPECT_EQ((*answer)->status, 201u);
  EXPECT_EQ((*answer)->body, "me:hello");
}

TEST_F(RoundTrip, NobodyThereIsAnError) {
  server.stop();
  target.origin.port = 1;
  std::optional<Result<Response>> answer;
  fetch(loop, target, Method::kGet, "/", "", [&](Result<Response> result) {
    answer = std::move(result);
    loop.stop();
  });
  loop.run();

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->error().code, ErrorCode::kUnavailable);
}

TEST_F(RoundTrip, AWebSocketCarriesTextBothWaysUntilOneSideCloses) {
  std::vector<std::string> heard;
  int closed = 0;
  std::shared_ptr<ClientWebSocket> socket;
  socket = open_websocket(loop, target, "/ws",
                          {.on_open = [&] { heard.emplace_back("open"); },
                           .on_text =
                               [&](std::string text) {
                                 heard.push_back(std::move(text));
                                 if (heard.size() == 3) socket->send("bye");
                               },
                           .on_closed =
                               [&](std::string_view) {
                                 ++closed;
                                 loop.stop();
                               }});
  // Before it is open, and more than one at once.
  socket->send("one");
  socket->send("two");
  loop.run();

  EXPECT_EQ(heard, (std::vector<std::string>{"open", "you said one", "you said two"}));
  EXPECT_EQ(closed, 1);
}

// The server holds little ready for a message and takes what is longer in pieces.
TEST_F(RoundTrip, AMessageOfAnySizeIsOne) {
  const std::vector<std::size_t> sizes = {0, 1, 127, 128, 129, 8319, 8320, 8321, 60'000, 2};
  std::vector<std::size_t> heard;
  std::shared_ptr<ClientWebSocket> socket;
  socket = open_websocket(loop, target, "/ws",
                          {.on_open = [] {},
                           .on_text =
                               [&](std::string text) {
                                 heard.push_back(text.size() - std::string("you said ").size());
                                 if (heard.size() == sizes.size()) socket->send("bye");
                               },
                           .on_closed = [&](std::string_view) { loop.stop(); }});
  for (const std::size_t size : sizes) socket->send(std::string(size, 'x'));
  loop.run();

  EXPECT_EQ(heard, sizes);
}

// A meeting may have thousands of small news in one turn of the loop, in which no socket moves.
TEST_F(RoundTrip, ABurstInOneTurnThrowsNobodyOutWhoReads) {
  constexpr int kNews = 10'000;
  server.websocket(
      "/burst", [](const Request&) { return std::nullopt; },
      [](const Request&, const std::shared_ptr<WebSocket>& sender) {
        for (int i = 0; i < kNews; ++i) sender->send(false, std::string(150, 'x'));
      });
  int heard = 0;
  std::string why = "open";
  const auto socket = open_websocket(loop, target, "/burst",
                                     {.on_open = [] {},
                                      .on_text =
                                          [&](const std::string&) {
                                            if (++heard == kNews) loop.stop();
                                          },
                                      .on_closed =
                                          [&](std::string_view reason) {
                                            why = reason;
                                            loop.stop();
                                          }});
  loop.run();

  EXPECT_EQ(heard, kNews) << why;
  EXPECT_EQ(server.counts().readers_stuck, 0u);
}

TEST_F(RoundTrip, AReaderWhoseSocketTakesNothingIsClosedAfterSomeTime) {
  // Given a server that has more to say than the kernel takes in, and a reader that stops reading:
  // its loop runs until it is open, and no longer
  ServerOptions options;
  options.websocket_queue_bytes_max = 256 << 20;
  options.websocket_stall_timeout = 100ms;
  HttpServer talker(loop, options, null_log());
  talker.websocket(
      "/talk", [](const Request&) { return std::nullopt; },
      [this](const Request&, const std::shared_ptr<WebSocket>& sender) {
        sender->on_closed([this](std::optional<std::uint16_t>) { loop.stop(); });
        for (int i = 0; i < 64; ++i) sender->send(false, std::string(1 << 20, 'x'));
      });
  target.origin.port = talker.listen({IpAddress::v4(0x7f000001), 0})->port;
  EventLoop readers;
  const auto socket = open_websocket(readers, target, "/talk",
                                     {.on_open = [&] { readers.stop(); },
                                      .on_text = [](const std::string&) {},
                                      .on_closed = [](std::string_view) {}});
  std::jthread reader([&] { readers.run(); });
  // When the server waits for it
  loop.run();
  // Then it is given up, and only for that
  EXPECT_EQ(talker.counts().readers_stuck, 1u);
}

TEST_F(RoundTrip, AWrongPathIsClosedWithoutOpening) {
  bool opened = false;
  std::string why;
  const auto socket = open_websocket(loop, target, "/nowhere",
                                     {.on_open = [&] { opened = true; },
                                      .on_text = [](std::string) {},
                                      .on_closed =
                                          [&](std::string_view reason) {
                                            why = reason;
                                            loop.stop();
                                          }});
  loop.run();

  EXPECT_FALSE(opened);
  EXPECT_FALSE(why.empty());
}

}  // namespace
}  // namespace confab::http
