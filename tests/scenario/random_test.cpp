// A meeting in which anything may happen at any time, in an order that a seed gives. What fails is
// repeated by ./dev sim --seed N.
#include <cstdlib>
#include <string>

#include "scenario.h"

namespace confab::sim {
namespace {

class RandomMeeting {
 public:
  explicit RandomMeeting(std::uint64_t seed) : random_(seed), world_({.seed = seed, .shards = 2}) {
    add_peer();
    add_peer();
  }

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      operate();
      check();
      world_.run_for(std::chrono::milliseconds(random_.between(5, 400)));
    }
    while (!peers_.empty()) leave(peers_.size() - 1);
    world_.run_for(4s);
    for (std::uint8_t i = 0; i < world_.shards(); ++i) {
      const sfu::ShardGauges gauges = world_.shard(i).gauges();
      EXPECT_EQ(gauges.transports + gauges.producers + gauges.consumers + gauges.piped_producers +
                    gauges.streams + gauges.paths + gauges.queued_packets + gauges.pool_in_use,
                0u)
          << "something stays behind on shard " << int{i};
    }
    EXPECT_EQ(world_.bad_messages(), 0u);
  }

 private:
  std::size_t pick(std::size_t of) {
    return random_.between(0, static_cast<std::uint32_t>(of) - 1);
  }
  Peer& any() { return *peers_[pick(peers_.size())]; }
  LinkProfile any_link() {
    LinkProfile link;
    link.loss_permille = random_.between(0, 4) == 0 ? random_.between(0, 150) : 0;
    link.rate_bps = random_.between(0, 2) == 0 ? random_.between(150, 4000) * 1000ULL : 0;
    link.jitter = std::chrono::milliseconds(random_.between(0, 10));
    return link;
  }

  void operate() {
    switch (random_.between(0, 11)) {
      case 0:
        if (peers_.size() < 7) add_peer();
        break;
      case 1:
        if (peers_.size() > 2) leave(pick(peers_.size()));
        break;
      case 2:
        publish(any());
        break;
      case 3:
      case 4:
        subscribe(any(), any());
        break;
      case 5:
        pause_producer(any());
        break;
      case 6:
      case 7:
        with_consumer([&](const ConsumerId& id) {
          world_.ask<control::Done>(control::SetConsumerPaused{id, random_.between(0, 1) == 0});
        });
        break;
      case 8:
        with_consumer([&](const ConsumerId& id) {
          world_.ask<control::Done>(
              control::SetPreferredLayers{id, static_cast<std::uint8_t>(random_.between(0, 2)),
                                          static_cast<std::uint8_t>(random_.between(0, 2))});
        });
        break;
      case 9:
        any().move();
        break;
      case 10:
        any().restart_ice();
        break;
      default:
        any().set_links({}, any_link());
    }
  }

  void add_peer() {
    peers_.push_back(&world_.add_peer({.shard = static_cast<std::uint8_t>(random_.between(0, 1))}));
  }

  void leave(std::size_t index) {
    Peer& peer = *peers_[index];
    peers_.erase(peers_.begin() + static_cast<std::ptrdiff_t>(index));
    for (const auto& subscriber : peer.subscribers()) look_at(*subscriber);
    // The others' consumers of its tracks end with these.
    for (Peer* other : peers_) {
      std::erase_if(other->subscribers(), [&](const auto& subscriber) {
        for (const auto& track : peer.tracks()) {
          if (track->producer == subscriber->consumer().producer) return true;
        }
        return false;
      });
    }
    world_.remove_peer(peer);
  }

  void publish(Peer& peer) {
    if (peer.tracks().size() >= 4) return;
    switch (random_.between(0, 2)) {
      case 0:
        peer.publish(microphone());
        break;
      case 1:
        peer.publish(camera());
        break;
      default: {
        TrackOptions options = simulcast();
        options.temporal_layers = random_.between(0, 1) == 0 ? 1 : 3;
        peer.publish(options);
      }
    }
  }

  void subscribe(Peer& receiver, Peer& publisher) {
    if (&receiver == &publisher || publisher.tracks().empty()) return;
    if (receiver.subscribers().size() >= 12) return;
    const auto& track = publisher.tracks()[pick(publisher.tracks().size())];
    receiver.subscribe(track->producer, random_.between(0, 3) == 0);
  }

  void pause_producer(Peer& peer) {
    if (peer.tracks().empty()) return;
    const auto& track = peer.tracks()[pick(peer.tracks().size())];
    world_.ask<control::Done>(
        control::SetProducerPaused{track->producer, random_.between(0, 1) == 0});
  }

  template <typename Use>
  void with_consumer(const Use& use) {
    Peer& peer = any();
    if (peer.subscribers().empty()) return;
    use(peer.subscribers()[pick(peer.subscribers().size())]->consumer().consumer);
  }

  void check() {
    for (Peer* peer : peers_) {
      for (const auto& subscriber : peer->subscribers()) look_at(*subscriber);
    }
  }
  void look_at(const Subscriber& subscriber) {
    ASSERT_EQ(subscriber.content_errors(), 0u);
    ASSERT_EQ(subscriber.mid_errors(), 0u);
  }

  SeededRandom random_;
  World world_;
  std::vector<Peer*> peers_;
};

TEST(RandomMeeting, stays_sound_whatever_happens_in_whatever_order) {
  const char* given = std::getenv("CONFAB_SIM_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const std::uint64_t last = given != nullptr ? first : 6;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("./dev sim --seed " + std::to_string(seed));
    RandomMeeting(seed).run(given != nullptr ? 1000 : 150);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace confab::sim
