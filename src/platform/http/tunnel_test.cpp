#include "platform/http/tunnel.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

namespace confab::http {
namespace {

// One end, played by the test.
struct End final : ByteStream {
  void read(Read done) override { reading = std::move(done); }
  void write(std::string bytes, Written done) override {
    heard += bytes;
    writing = std::move(done);
  }
  void close() override { is_closed = true; }

  void say(std::string bytes) {
    if (auto done = std::exchange(reading, nullptr)) done(std::move(bytes));
  }
  void take(bool is_written = true) {
    if (auto done = std::exchange(writing, nullptr)) done(is_written);
  }

  std::string heard;
  Read reading;
  Written writing;
  bool is_closed = false;
};

struct TunnelTest : testing::Test {
  void start(Duration idle_timeout = 75s) {
    tunnel = Tunnel::start(loop, {client, server}, idle_timeout, [this](Tunnel::End why) {
      ended.push_back(why);
      loop.stop();
    });
  }

  // What an end still holds of the tunnel, the tunnel holds of the end: a real stream drops it with
  // the connection.
  void TearDown() override {
    for (const auto& end : {client, server}) {
      end->reading = nullptr;
      end->writing = nullptr;
    }
  }

  EventLoop loop;
  std::shared_ptr<End> client = std::make_shared<End>();
  std::shared_ptr<End> server = std::make_shared<End>();
  std::shared_ptr<Tunnel> tunnel;
  std::vector<Tunnel::End> ended;
};

TEST_F(TunnelTest, each_is_sent_what_the_other_says) {
  start();
  client->say("ping");
  server->take();
  server->say("pong");
  client->take();
  EXPECT_EQ(server->heard, "ping");
  EXPECT_EQ(client->heard, "pong");
  tunnel->close();
}

TEST_F(TunnelTest, nothing_more_is_read_from_one_whose_words_the_other_does_not_take) {
  start();
  server->say("one");
  EXPECT_EQ(server->reading, nullptr);
  EXPECT_NE(client->reading, nullptr) << "the other way goes on";
  client->take();
  EXPECT_NE(server->reading, nullptr);
  tunnel->close();
}

TEST_F(TunnelTest, ends_with_either_end_once) {
  start();
  client->say("");
  EXPECT_TRUE(server->is_closed);
  server->say("late");
  EXPECT_EQ(ended, std::vector{Tunnel::End::kClient});
  EXPECT_EQ(client->heard, "");
}

TEST_F(TunnelTest, ends_where_a_word_cannot_be_written) {
  start();
  client->say("ping");
  server->take(false);
  EXPECT_EQ(ended, std::vector{Tunnel::End::kServer});
  EXPECT_TRUE(client->is_closed);
}

TEST_F(TunnelTest, ends_when_nobody_says_anything) {
  start(20ms);
  loop.run();
  EXPECT_EQ(ended, std::vector{Tunnel::End::kIdle});
}

TEST_F(TunnelTest, ends_for_one_who_takes_nothing_while_he_talks) {
  start(40ms);
  server->say("news");
  std::function<void()> chatter = [&] {
    client->say("x");
    server->take();
    loop.post([&] {
      if (ended.empty()) chatter();
    });
  };
  loop.post([&] { chatter(); });
  loop.run();
  EXPECT_EQ(ended, std::vector{Tunnel::End::kStuck});
}

}  // namespace
}  // namespace confab::http
