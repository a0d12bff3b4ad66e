// The loop against real sockets on 127.0.0.1. What is checked is what arrived, never how long it
// took; each wait ends with the event it waits for.
#include "engine/packet_loop.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <deque>
#include <numeric>
#include <string>
#include <thread>

#include "engine/sockaddr.h"
#include "engine/spsc_ring.h"
#include "engine/udp_socket.h"

namespace confab::engine {
namespace {

// Tests move the loop's clock on instead of waiting.
std::atomic<Duration> skipped{Duration::zero()};

Instant now() {
  return Instant{std::chrono::steady_clock::now().time_since_epoch()} + skipped.load();
}

// Sends back `copies` of each packet, as one message of equal segments.
class Echo final : public PacketHandler {
 public:
  explicit Echo(std::size_t copies) : copies_(copies) {}

  void handle_packets(Instant, std::span<ReceivedPacket> batch) override {
    for (const ReceivedPacket& received : batch) {
      const ByteView bytes = received.packet.view();
      std::vector<std::uint8_t>& message = waiting_.emplace_back();
      for (std::size_t i = 0; i < copies_; ++i) {
        message.insert(message.end(), bytes.begin(), bytes.end());
      }
      heads_.push_back({.path = received.path,
                        .bytes = {},
                        .segment_size = static_cast<std::uint16_t>(bytes.size()),
                        .received_ns = received.packet.received_ns()});
    }
  }
  bool has_path(const Path&) const override { return knows_paths.load(); }
  void handle_path_closed(Instant, const Path&) override { ++paths_closed; }
  void handle_timeout(Instant) override {}
  Instant next_timeout() const override { return kNever; }
  std::span<const Transmit> poll_transmit(Instant) override {
    out_.clear();
    sent_.clear();
    while (!waiting_.empty() && out_.size() < kSendBatch) {
      sent_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
      Transmit& message = out_.emplace_back(heads_.front());
      message.bytes = sent_.back();
      heads_.pop_front();
    }
    return out_;
  }

  std::atomic<int> paths_closed{0};
  std::atomic<bool> knows_paths{true};

 private:
  std::size_t copies_;
  std::deque<std::vector<std::uint8_t>> waiting_;
  std::deque<std::vector<std::uint8_t>> sent_;
  std::deque<Transmit> heads_;  // of what waits; without the bytes
  std::vector<Transmit> out_;
};

class LoopUnderTest {
 public:
  LoopUnderTest(const std::vector<std::string>& listen, std::size_t copies) : handler(copies) {
    LoopOptions options;
    for (const std::string& address : listen) {
      options.listen.push_back({*IpAddress::parse(address), 0});
    }
    auto opened = PacketLoop::open(options, pool, now);
    if (!opened) throw std::runtime_error(opened.error().message);
    loop = std::move(*opened);
    thread = std::thread([this] { loop->run(handler, {}); });
  }
  void stop() {
    loop->stop();
    thread.join();
  }

  PacketPool pool{1024};
  Echo handler;
  std::unique_ptr<PacketLoop> loop;
  std::thread thread;
};

Fd connected(int type, const Endpoint& to) {
  const SocketAddress address = to_sockaddr(to);
  Fd fd(::socket(address.any.sa_family, type, 0));
  EXPECT_EQ(::connect(fd.get(), &address.any, address.size), 0);
  return fd;
}

std::string receive(const Fd& fd) {
  pollfd wait{fd.get(), POLLIN, 0};
  if (::poll(&wait, 1, 10'000) != 1) return "(nothing came in 10 s)";
  char buffer[4096];
  const ssize_t n = ::recv(fd.get(), buffer, sizeof(buffer), 0);
  return n >= 0 ? std::string(buffer, static_cast<std::size_t>(n)) : "(error)";
}

TEST(PacketLoop, UdpComesBackAsManySegmentsOfOneMessage) {
  for (const char* address : {"127.0.0.1", "::1"}) {
    SCOPED_TRACE(address);
    LoopUnderTest under_test({address}, 5);
    const Fd client = connected(SOCK_DGRAM, under_test.loop->local_endpoints()[0]);
    ASSERT_EQ(::send(client.get(), "hello", 5, 0), 5);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(receive(client), "hello");
    under_test.stop();

    const LoopCounters& c = under_test.loop->counters();
    EXPECT_EQ(c.datagrams_received, 1u);
    EXPECT_EQ(c.datagrams_sent, 5u);
    if (under_test.loop->has_gso()) {
      EXPECT_EQ(c.messages_sent, 1u);
    }
  }
}

TEST(PacketLoop, GsoThatTheKernelRefusesGoesOutUnsegmented) {
  // 65 segments are one more than the kernel takes in a message.
  LoopUnderTest under_test({"127.0.0.1"}, 129);
  const Fd client = connected(SOCK_DGRAM, under_test.loop->local_endpoints()[0]);
  ASSERT_EQ(::send(client.get(), "x", 1, 0), 1);
  for (int i = 0; i < 129; ++i) EXPECT_EQ(receive(client), "x");
  ASSERT_EQ(::send(client.get(), "y", 1, 0), 1);
  for (int i = 0; i < 129; ++i) EXPECT_EQ(receive(client), "y");
  under_test.stop();

  EXPECT_EQ(under_test.loop->counters().gso_refused, 1u) << "refused once, then remembered";
  EXPECT_EQ(under_test.loop->counters().datagrams_sent, 258u);
}

TEST(PacketLoop, MeasuresOfASampleHowLongPacketsStay) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  const Fd client = connected(SOCK_DGRAM, under_test.loop->local_endpoints()[0]);
  const auto ping = [&] {
    ASSERT_EQ(::send(client.get(), "x", 1, 0), 1);
    EXPECT_EQ(receive(client), "x");
  };
  ping();
  // Given that it is time for a sample, and old stamps are out of the way
  skipped = skipped.load() + 500ms;
  ping();
  skipped = skipped.load() + 6ms;
  ping();
  // When packets come and go
  ping();
  ping();
  // And when the time of sampling is over, more of them
  skipped = skipped.load() + 30ms;
  ping();
  ping();
  under_test.stop();
  // Then no more than the three in between counted; a machine that stalls ends the sample sooner.
  const DelayHistogram& h = under_test.loop->counters().forwarding_delay;
  const std::uint64_t count = std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0});
  EXPECT_GE(count, 1u);
  EXPECT_LE(count, 3u);
  EXPECT_GT(h.sum, Duration::zero());
}

TEST(UdpSocket, DoesNotTakeForArrivalWhenAWaitingPacketWasRead) {
  PacketPool pool{1024};
  LoopCounters counters;
  const auto socket = *UdpSocket::open({*IpAddress::parse("127.0.0.1"), 0}, 0, {});
  const Fd client = connected(SOCK_DGRAM, socket->local());
  // Given more packets than a batch, that came before the socket stamped and still wait
  for (std::size_t i = 0; i < kReceiveBatch + 1; ++i) {
    ASSERT_EQ(::send(client.get(), "old", 3, 0), 3);
  }
  socket->set_stamps(DelaySampler::State::kSettling);
  socket->set_stamps(DelaySampler::State::kSampling);
  // When they are read
  std::size_t read = 0;
  while (read < kReceiveBatch + 1) {
    for (const ReceivedPacket& old : socket->receive(pool, counters)) {
      // Then they are not of the sample
      EXPECT_EQ(old.packet.received_ns(), 0);
      ++read;
    }
  }
  // But what comes after them is
  ASSERT_EQ(::send(client.get(), "new", 3, 0), 3);
  const std::span<ReceivedPacket> batch = socket->receive(pool, counters);
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_NE(batch[0].packet.received_ns(), 0);
}

TEST(PacketLoop, OversizeDatagramsAreDroppedAndCounted) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  const Fd client = connected(SOCK_DGRAM, under_test.loop->local_endpoints()[0]);
  const std::string large(limits::kPacketBytes + 1, 'x');
  ASSERT_EQ(::send(client.get(), large.data(), large.size(), 0),
            static_cast<ssize_t>(large.size()));
  ASSERT_EQ(::send(client.get(), "small", 5, 0), 5);
  EXPECT_EQ(receive(client), "small");
  under_test.stop();
  EXPECT_EQ(under_test.loop->counters().drop_oversize, 1u);
}

std::string counted(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i % 251);
  return out;
}

TEST(PacketLoop, DatagramsOfAllSizesComeBackWhole) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  const Fd client = connected(SOCK_DGRAM, under_test.loop->local_endpoints()[0]);
  for (const std::size_t size : {std::size_t{1}, limits::kUsualPacketBytes,
                                 limits::kUsualPacketBytes + 1, limits::kPacketBytes}) {
    const std::string sent = counted(size);
    ASSERT_EQ(::send(client.get(), sent.data(), size, 0), static_cast<ssize_t>(size));
    EXPECT_TRUE(receive(client) == sent) << size;
  }
  under_test.stop();
}

TEST(UdpSocket, CountsALargeDatagramThatFindsNoRoom) {
  // Given a pool whose larger slots are all held
  PacketPool pool{256};
  LoopCounters counters;
  std::vector<PacketRef> held;
  while (PacketRef packet = pool.acquire(limits::kPacketBytes)) held.push_back(std::move(packet));
  const auto socket = UdpSocket::open({*IpAddress::parse("127.0.0.1"), 0}, 0, {});
  ASSERT_TRUE(socket) << socket.error().message;
  const Fd client = connected(SOCK_DGRAM, (*socket)->local());
  // When a large and a usual one come
  const std::string large = counted(limits::kUsualPacketBytes + 1);
  ASSERT_EQ(::send(client.get(), large.data(), large.size(), 0),
            static_cast<ssize_t>(large.size()));
  ASSERT_EQ(::send(client.get(), "small", 5, 0), 5);
  // Then only the large one is dropped
  const std::span<ReceivedPacket> batch = (*socket)->receive(pool, counters);
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_EQ(batch[0].packet.size(), 5u);
  EXPECT_EQ(counters.drop_no_buffer, 1u);
}

TEST(PacketLoop, TcpFramesComeBackAndAClosedConnectionIsReported) {
  LoopUnderTest under_test({"127.0.0.1"}, 2);
  {
    const Fd client = connected(SOCK_STREAM, under_test.loop->local_endpoints()[0]);
    const std::string frame("\0\x05hello", 7);
    ASSERT_EQ(::send(client.get(), frame.data(), frame.size(), 0), 7);
    std::string got;
    while (got.size() < 14 && !got.starts_with("(")) got += receive(client);
    EXPECT_EQ(got, frame + frame);
  }
  while (under_test.handler.paths_closed.load() == 0) std::this_thread::yield();
  under_test.stop();
  EXPECT_EQ(under_test.loop->tcp_connections(), 0u);
  EXPECT_EQ(under_test.loop->counters().tcp_closed, 1u);
}

TEST(PacketLoop, TcpThatIsNotFramedIsClosed) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  const Fd client = connected(SOCK_STREAM, under_test.loop->local_endpoints()[0]);
  ASSERT_EQ(::send(client.get(), "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
  EXPECT_EQ(receive(client), "");
  under_test.stop();
  EXPECT_EQ(under_test.loop->counters().drop_tcp_broken_framing, 1u);
}

// How far down the descriptors of this process go, for as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(int free) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const Fd next(::dup(0));
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next.get() + free);
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// `ulimit -n 64` and eighty who connect: accept(2) fails, and who waits keeps the listener
// readable.
TEST(PacketLoop, WithoutADescriptorLeftTcpPeersAreRefusedAndTheLoopRests) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  const SocketAddress address = to_sockaddr(under_test.loop->local_endpoints()[0]);
  std::vector<Fd> clients;
  for (int i = 0; i < 20; ++i) clients.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
  const Fd media = connected(SOCK_DGRAM, under_test.loop->local_endpoints()[0]);
  {
    const FewDescriptors few(3);
    for (const Fd& client : clients) {
      ASSERT_EQ(::connect(client.get(), &address.any, address.size), 0);
    }
    // All but the first are told at once.
    for (std::size_t i = 3; i < clients.size(); ++i) EXPECT_EQ(receive(clients[i]), "");
    // And whoever is in a call does not notice.
    ASSERT_EQ(::send(media.get(), "hello", 5, 0), 5);
    EXPECT_EQ(receive(media), "hello");
  }
  // When there are some again, then the next is taken in.
  const Fd next = connected(SOCK_STREAM, under_test.loop->local_endpoints()[0]);
  ASSERT_EQ(::send(next.get(), "\0\x05hello", 7, 0), 7);
  EXPECT_EQ(receive(next), std::string("\0\x05hello", 7));
  under_test.stop();
  const LoopCounters& c = under_test.loop->counters();
  EXPECT_EQ(c.tcp_accepted, 4u);
  EXPECT_EQ(c.tcp_refused, 17u);
  EXPECT_LT(c.iterations, 200u);
}

TEST(PacketLoop, ATcpPeerThatShowsNoValidCheckIsNotKept) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  const Endpoint server = under_test.loop->local_endpoints()[0];
  const std::string frame("\0\x01x", 3);
  // Given one that belongs to somebody, and one that says something now and then.
  const Fd known = connected(SOCK_STREAM, server);
  ASSERT_EQ(::send(known.get(), frame.data(), frame.size(), 0), 3);
  EXPECT_EQ(receive(known), frame);
  skipped = skipped.load() + 20s;
  ASSERT_EQ(::send(known.get(), frame.data(), frame.size(), 0), 3);
  EXPECT_EQ(receive(known), frame);
  // When it is nobody's any more, and a new one never was
  under_test.handler.knows_paths = false;
  const Fd unknown = connected(SOCK_STREAM, server);
  for (int i = 0; i < 4; ++i) {
    skipped = skipped.load() + 3s;
    ::send(unknown.get(), frame.data(), frame.size(), MSG_NOSIGNAL);
    under_test.loop->wake();
    std::this_thread::yield();
  }
  // Then both are closed within seconds, whatever they send.
  while (under_test.handler.paths_closed.load() < 2) {
    skipped = skipped.load() + 1s;
    under_test.loop->wake();
    std::this_thread::yield();
  }
  under_test.stop();
  EXPECT_EQ(under_test.loop->counters().tcp_unproven, 2u);
  EXPECT_EQ(under_test.loop->tcp_connections(), 0u);
}

TEST(PacketLoop, AnAddressThatComesWhileItRunsIsServedAndOneThatGoesIsNot) {
  PacketPool pool(256);
  LoopOptions options;
  options.listen = {{*IpAddress::parse("127.0.0.1"), 0}};
  const auto opened = PacketLoop::open(options, pool, now);
  ASSERT_TRUE(opened) << opened.error().message;
  PacketLoop& loop = **opened;
  Echo handler(1);
  auto listener = open_listener({*IpAddress::parse("127.0.0.2"), 0}, options);
  ASSERT_TRUE(listener) << listener.error().message;
  const Endpoint second = listener->local();
  enum class Step { kNone, kAdd, kRemove };
  std::atomic<Step> step{Step::kNone};
  LoopHooks hooks;
  hooks.on_wake = [&](Instant) {
    const Step due = step.exchange(Step::kNone);
    if (due == Step::kAdd) EXPECT_TRUE(loop.add(std::move(*listener)));
    if (due == Step::kRemove) loop.remove(second, handler);
  };
  std::thread thread([&] { loop.run(handler, hooks); });
  const auto do_step = [&](Step next) {
    step = next;
    loop.wake();
    while (step.load() != Step::kNone) std::this_thread::yield();
  };
  do_step(Step::kAdd);
  const Fd datagrams = connected(SOCK_DGRAM, second);
  ASSERT_EQ(::send(datagrams.get(), "hello", 5, 0), 5);
  EXPECT_EQ(receive(datagrams), "hello");
  const Fd stream = connected(SOCK_STREAM, second);
  ASSERT_EQ(::send(stream.get(), "\0\x01x", 3, 0), 3);
  EXPECT_EQ(receive(stream), std::string("\0\x01x", 3));
  do_step(Step::kRemove);
  EXPECT_EQ(receive(stream), "");
  EXPECT_EQ(handler.paths_closed.load(), 1);
  loop.stop();
  thread.join();
  EXPECT_EQ(loop.local_endpoints().size(), 1u);
}

// Each number is only sent when the one before was read, so the loop falls asleep in between, and
// one wake-up that got lost would be waited for without an end.
TEST(PacketLoop, ARingWakesALoopThatSleeps) {
  constexpr int kNumbers = 5000;
  SpscRing<int> ring(16);
  std::atomic<int> read_last{0};
  PacketPool pool(256);
  LoopOptions options;
  options.listen = {{*IpAddress::parse("127.0.0.1"), 0}};
  const auto loop = PacketLoop::open(options, pool, now);
  ASSERT_TRUE(loop) << loop.error().message;
  Echo handler(1);
  LoopHooks hooks;
  hooks.has_more = [&] { return !ring.empty(); };
  hooks.on_turn = [&](Instant) {
    while (const int* number = ring.front()) {
      read_last.store(*number);
      ring.pop();
    }
    ring.release();
  };
  std::thread thread([&] { (*loop)->run(handler, hooks); });
  for (int i = 1; i <= kNumbers; ++i) {
    int* number = ring.begin(0);
    ASSERT_NE(number, nullptr);
    *number = i;
    ring.commit();
    EXPECT_TRUE(ring.publish());
    (*loop)->wake_if_asleep();
    while (read_last.load() != i) std::this_thread::yield();
  }
  (*loop)->stop();
  thread.join();
  EXPECT_TRUE(ring.empty());
}

TEST(PacketLoop, WhatCameInLeavesBeforeAWakeUpIsServed) {
  PacketPool pool(256);
  LoopOptions options;
  options.listen = {{*IpAddress::parse("127.0.0.1"), 0}};
  const auto opened = PacketLoop::open(options, pool, now);
  ASSERT_TRUE(opened) << opened.error().message;
  PacketLoop& loop = **opened;
  // Both are there when the loop begins.
  const Fd client = connected(SOCK_DGRAM, loop.local_endpoints()[0]);
  ASSERT_EQ(::send(client.get(), "hello", 5, 0), 5);
  loop.wake();
  Echo handler(1);
  std::uint64_t sent_before = 0;
  LoopHooks hooks;
  hooks.on_wake = [&](Instant) {
    sent_before = loop.counters().datagrams_sent;
    loop.stop();
  };
  loop.run(handler, hooks);
  EXPECT_EQ(sent_before, 1u);
}

TEST(PacketLoop, APortInUseIsAnErrorThatNamesIt) {
  LoopUnderTest under_test({"127.0.0.1"}, 1);
  PacketPool pool(256);
  LoopOptions options;
  options.listen = {under_test.loop->local_endpoints()[0]};
  const auto second = PacketLoop::open(options, pool, now);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(options.listen[0].to_string()), std::string::npos);
  under_test.stop();
}

}  // namespace
}  // namespace confab::engine
