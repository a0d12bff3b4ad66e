#include "platform/udp_clients/udp_clients.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/fd.h"
#include "engine/sockaddr.h"

namespace confab {
namespace {

// A UDP socket on loopback that answers nothing by itself.
class Server {
 public:
  Server() : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const auto any = engine::to_sockaddr({IpAddress::v4(0x7f000001), 0});
    EXPECT_EQ(::bind(fd_.get(), &any.any, any.size), 0);
    engine::SocketAddress bound{};
    ::getsockname(fd_.get(), &bound.any, &bound.size);
    endpoint = engine::from_sockaddr(bound);
  }

  // The next datagram; remembers who sent it.
  std::string receive() {
    std::string text(100, '\0');
    const auto n = ::recvfrom(fd_.get(), text.data(), text.size(), 0, &last_.any, &last_.size);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }
  void answer(std::string_view text) {
    ::sendto(fd_.get(), text.data(), text.size(), 0, &last_.any, last_.size);
  }

  // What the kernel says it has dropped at the socket of who sent last (proc_net(5)).
  std::uint64_t dropped_at_sender() const {
    const unsigned port = engine::from_sockaddr(last_).port;
    std::ifstream table("/proc/net/udp");
    std::string line;
    std::getline(table, line);  // the head
    while (std::getline(table, line)) {
      std::istringstream words(line);
      std::string slot, local, word;
      words >> slot >> local;
      if (std::stoul(local.substr(local.find(':') + 1), nullptr, 16) != port) continue;
      while (words >> word) {
      }
      return std::stoull(word);  // the last column
    }
    ADD_FAILURE() << "no socket at port " << port;
    return 0;
  }

  Endpoint endpoint;

 private:
  engine::Fd fd_;
  engine::SocketAddress last_{};
};

// Says hello, repeats what it hears, and once says what time does to it.
class Parrot final : public UdpClient {
 public:
  explicit Parrot(std::promise<void>& gone) : gone_(gone) {}
  ~Parrot() override { gone_.set_value(); }

  void handle_open(Instant, DatagramBatch& out) override { out.push(as_bytes("hello")); }
  void handle_packet(Instant now, MutableBytes datagram, DatagramBatch& out) override {
    out.push(datagram);
    due_ = now + 1ms;
  }
  void handle_timeout(Instant, DatagramBatch& out) override {
    due_ = kNever;
    out.push(as_bytes("time"));
  }
  Instant next_timeout() const override { return due_; }

 private:
  std::promise<void>& gone_;
  Instant due_ = kNever;
};

TEST(UdpClients, OpenReceiveAndTimeReachTheClientAndWhatItSaysGoesOut) {
  Server server;
  std::promise<void> gone;
  {
    UdpClientLoop loop;
    loop.post([&](Instant now) {
      EXPECT_TRUE(loop.add(now, server.endpoint, std::make_unique<Parrot>(gone)).has_value());
    });
    EXPECT_EQ(server.receive(), "hello");
    server.answer("polly");
    EXPECT_EQ(server.receive(), "polly");
    EXPECT_EQ(server.receive(), "time");

    std::promise<UdpLoopCounters> counted;
    loop.post([&](Instant) { counted.set_value(loop.counters()); });
    const UdpLoopCounters counters = counted.get_future().get();
    EXPECT_EQ(counters.datagrams_received, 1u);
    EXPECT_EQ(counters.datagrams_sent, 3u);
    EXPECT_EQ(counters.send_refused, 0u);
  }
  gone.get_future().get();  // the end of the loop is the end of its clients
}

// Says all of it when it opens.
class Speaker final : public UdpClient {
 public:
  explicit Speaker(std::vector<std::string> words) : words_(std::move(words)) {}

  void handle_open(Instant, DatagramBatch& out) override {
    for (const std::string& word : words_) out.push(as_bytes(word));
  }
  void handle_packet(Instant, MutableBytes, DatagramBatch&) override {}
  void handle_timeout(Instant, DatagramBatch&) override {}
  Instant next_timeout() const override { return kNever; }

 private:
  std::vector<std::string> words_;
};

// What arrives of it, and what was counted.
void expect_to_arrive(const std::vector<std::string>& words, std::uint64_t send_calls) {
  Server server;
  UdpClientLoop loop;
  std::promise<UdpLoopCounters> counted;
  loop.post([&](Instant now) {
    EXPECT_TRUE(loop.add(now, server.endpoint, std::make_unique<Speaker>(words)).has_value());
    counted.set_value(loop.counters());
  });
  const UdpLoopCounters counters = counted.get_future().get();
  for (const std::string& word : words) EXPECT_EQ(server.receive(), word);
  EXPECT_EQ(counters.datagrams_sent, words.size());
  EXPECT_EQ(counters.send_refused, 0u);
  EXPECT_EQ(counters.send_calls, send_calls);
}

TEST(UdpClients, DatagramsOfOneSizeAndOthersArriveOneByOneInOrder) {
  expect_to_arrive({"one", "two", "three", "seven", "six", "four", "five", "ten"}, 1);
}

TEST(UdpClients, WhatTheKernelDoesNotCutUpGoesDatagramByDatagram) {
  // It cuts a message into 128 at most, and an older one into 64.
  expect_to_arrive(std::vector<std::string>(129, "x"), 2);
}

// Hears everything, says hello.
class Listener final : public UdpClient {
 public:
  void handle_open(Instant, DatagramBatch& out) override { out.push(as_bytes("hello")); }
  void handle_packet(Instant, MutableBytes, DatagramBatch&) override {}
  void handle_timeout(Instant, DatagramBatch&) override {}
  Instant next_timeout() const override { return kNever; }
};

TEST(UdpClients, WhatFoundTheBufferFullIsCountedAlsoOfWhoIsGone) {
  constexpr std::size_t kSent = 20'000;  // of 1000 bytes: more than any buffer that we ask for
  Server server;
  UdpClientLoop loop;
  UdpClientLoop::ClientId id = 0;
  std::promise<void> all_sent;
  loop.post([&](Instant now) {
    id = loop.add(now, server.endpoint, std::make_unique<Listener>()).value();
    all_sent.get_future().wait();
  });
  EXPECT_EQ(server.receive(), "hello");
  const std::string datagram(1000, 'x');
  for (std::size_t i = 0; i < kSent; ++i) server.answer(datagram);
  all_sent.set_value();

  // It reads some with each turn of the loop.
  UdpLoopCounters before;
  for (int turn = 0; turn < 1000; ++turn) {
    std::promise<UdpLoopCounters> counted;
    loop.post([&](Instant) { counted.set_value(loop.counters()); });
    before = counted.get_future().get();
    if (before.datagrams_received + before.receive_overflows == kSent) break;
  }
  EXPECT_GT(before.datagrams_received, 0u);
  EXPECT_GT(before.receive_overflows, 0u);
  EXPECT_EQ(before.receive_overflows, server.dropped_at_sender());

  std::promise<UdpLoopCounters> after;
  loop.post([&](Instant) {
    loop.remove(id);
    after.set_value(loop.counters());
  });
  EXPECT_EQ(after.get_future().get().receive_overflows, before.receive_overflows);
}

TEST(UdpClients, ARemovedClientIsGone) {
  Server server;
  UdpClientLoop loop;
  std::promise<void> gone;
  std::promise<bool> found;
  loop.post([&](Instant now) {
    const auto id = loop.add(now, server.endpoint, std::make_unique<Parrot>(gone));
    loop.remove(*id);
    found.set_value(loop.find(*id) != nullptr);
  });

  gone.get_future().get();
  EXPECT_FALSE(found.get_future().get());
}

}  // namespace
}  // namespace confab
