#include "sfu/egress.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "base/random.h"
#include "rtc/srtp/session.h"

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;
constexpr std::size_t kPayload = 988;  // 1010 bytes on the wire

// One who is sent a stream of video.
struct Receiver {
  Receiver(srtp::CryptoProvider& crypto, std::uint16_t port)
      : sender(crypto, SrtpKeyMaterial{.profile = SrtpProfile::kAes128CmSha1_80}) {
    stream.number = port;
    stream.ssrc = {port};
    stream.header = HeaderTemplate(stream.ssrc, 101, {}, "");
    queue.set_sender(sender);
    queue.path = Path{.remote = {.port = port}};
  }

  srtp::SrtpSender sender;
  EgressStream stream;
  ReceiverQueue queue;
  rtp::SeqNo next{1};
};

struct EgressTest : testing::Test {
  Receiver& add() {
    return receivers.emplace_back(*crypto, static_cast<std::uint16_t>(receivers.size() + 1));
  }

  void queue(Instant now, Receiver& receiver, std::size_t packets) {
    for (std::size_t i = 0; i < packets; ++i) {
      EgressEntry entry;
      entry.packet = pool.acquire();
      entry.packet.resize(kPayload);
      entry.packet.write_notes(PacketNotes{.payload_size = kPayload});
      entry.stream = &receiver.stream;
      entry.seq = receiver.next;
      receiver.next = receiver.next + 1;
      egress.send_media(now, receiver.queue, std::move(entry), i + 1 == packets);
    }
  }

  // Bytes that leave for this receiver now.
  std::size_t sent(Instant now, const Receiver& receiver) {
    std::size_t bytes = 0;
    for (;;) {
      const std::span<const Transmit> batch = egress.poll(now);
      if (batch.empty()) return bytes;
      for (const Transmit& message : batch) {
        if (message.path == receiver.queue.path) bytes += message.bytes.size();
      }
    }
  }

  ShardCounters counters;
  std::unique_ptr<srtp::CryptoProvider> crypto = srtp::make_crypto_provider();
  PacketPool pool{4096};
  std::deque<Receiver> receivers;
  Egress egress{EgressOptions{}, *crypto, counters};
};

TEST_F(EgressTest, what_is_more_than_a_burst_follows_a_millisecond_later) {
  Receiver& anna = add();
  queue(kT0, anna, 60);
  EXPECT_NEAR(static_cast<double>(sent(kT0, anna)), 24 * 1024, 1100);
  EXPECT_EQ(egress.next_timeout(), kT0 + 1ms);
  EXPECT_EQ(sent(kT0 + 999us, anna), 0u);
  EXPECT_GT(sent(kT0 + 1ms, anna), 0u);
  EXPECT_GT(sent(kT0 + 2ms, anna), 0u);
  EXPECT_EQ(egress.queued_packets(), 0u);
  EXPECT_EQ(egress.next_timeout(), kNever);
}

TEST_F(EgressTest, it_follows_no_sooner_because_others_are_sent_something) {
  // Given more than a burst for one receiver
  Receiver& anna = add();
  Receiver& ben = add();
  queue(kT0, anna, 120);
  const std::size_t burst = sent(kT0, anna);
  // When others are sent whole frames all the time
  for (Instant now = kT0 + 100us; now < kT0 + 1ms; now += 100us) {
    queue(now, ben, 1);
    EXPECT_EQ(egress.next_timeout(), now);
    EXPECT_GT(sent(now, ben), 0u);
  }
  // Then no more than the burst has left
  EXPECT_EQ(anna.queue.bytes_sent, burst);
  EXPECT_EQ(egress.next_timeout(), kT0 + 1ms);
  EXPECT_GT(sent(kT0 + 1ms, anna), 0u);
}

TEST_F(EgressTest, a_receiver_that_goes_away_between_bursts_is_forgotten) {
  Receiver& anna = add();
  Receiver& ben = add();
  queue(kT0, anna, 100);
  queue(kT0, ben, 100);
  sent(kT0, anna);
  egress.forget(anna.queue);
  anna.queue.lanes = {};
  EXPECT_EQ(egress.queued_packets(), ben.queue.size());
  for (Instant now = kT0; egress.next_timeout() != kNever; now = egress.next_timeout()) {
    ASSERT_EQ(sent(now, anna), 0u);
  }
  EXPECT_EQ(egress.queued_packets(), 0u);
}

TEST_F(EgressTest, what_waits_between_bursts_goes_with_its_stream_or_its_path) {
  Receiver& anna = add();
  Receiver& ben = add();
  queue(kT0, anna, 100);
  queue(kT0, ben, 100);
  sent(kT0, anna);
  egress.purge(anna.queue, anna.stream);
  ben.queue.path.reset();
  EXPECT_EQ(sent(kT0 + 1ms, anna), 0u);
  EXPECT_EQ(egress.queued_packets(), 0u);
  EXPECT_EQ(egress.next_timeout(), kNever);
  // And both are sent to again
  ben.queue.path = Path{.remote = {.port = 9}};
  queue(kT0 + 5ms, anna, 1);
  queue(kT0 + 5ms, ben, 1);
  EXPECT_GT(sent(kT0 + 5ms, anna), 0u);
  EXPECT_EQ(egress.queued_packets(), 0u);
}

// A number that no packet carries is one that the receiver reports as lost, and no estimator could
// tell that from a link that loses.
TEST_F(EgressTest, only_packets_that_carry_a_transport_wide_number_take_one) {
  Receiver& anna = add();
  queue(kT0, anna, 5);
  sent(kT0, anna);
  EXPECT_EQ(anna.queue.next_transport_seq, 0u);
  Receiver& ben = add();
  ExtensionIds& ids = ben.stream.extensions;
  ids.ids[static_cast<std::size_t>(ortc::HeaderExtension::kTransportCc)] = 5;
  ben.stream.header = HeaderTemplate(ben.stream.ssrc, 101, ids, "");
  queue(kT0 + 10ms, ben, 5);
  sent(kT0 + 10ms, ben);
  EXPECT_EQ(ben.queue.next_transport_seq, 5u);
}

}  // namespace
}  // namespace confab::sfu
