// A scripted participant: a transport to send on and one to receive on, its tracks and what it
// watches. Made by World::add_peer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "cc/twcc/receiver.h"
#include "control/media.h"
#include "sim/client_transport.h"
#include "sim/link/link.h"
#include "sim/publisher.h"
#include "sim/subscriber.h"
#include "sim/tap.h"

namespace confab::sim {

class World;

struct PeerOptions {
  LinkProfile up;
  LinkProfile down;
  bool tcp = false;
  std::uint8_t shard = 0;
  // Whether it reports each packet (transport-wide feedback), as browsers do.
  bool reports_packets = true;
};

class Peer {
 public:
  // One of its two connections.
  struct Leg final : ClientHandler {
    explicit Leg(Peer& owner);
    void on_rtp(Instant now, const rtp::RtpPacketView& packet) override;
    void on_rtcp(Instant now, ByteView compound) override;

    Peer& peer;
    control::TransportCreated created;
    std::unique_ptr<ClientTransport> client;
    std::unique_ptr<Tap> tap;
    std::unique_ptr<Link> up;
    std::unique_ptr<Link> down;
    cc::TwccReceiver received;
    std::uint8_t transport_cc_id = 0;  // in what it receives
  };
  struct Track {
    ProducerId producer;
    std::unique_ptr<Publisher> publisher;
  };

  Peer(World& world, std::uint32_t number, const PeerOptions& options);
  ~Peer();

  std::uint32_t number() const { return number_; }
  const ParticipantId& participant() const { return participant_; }
  Leg& sending() { return sending_; }
  Leg& receiving() { return receiving_; }

  // Numbers of the streams it makes count from 100 times its own number.
  Track& publish(const TrackOptions& options);
  // Makes a consumer and resumes it at once, or leaves it paused.
  Subscriber& subscribe(const ProducerId& producer, bool paused = false);
  void unsubscribe(Subscriber& subscriber);
  std::vector<std::unique_ptr<Track>>& tracks() { return tracks_; }
  std::vector<std::unique_ptr<Subscriber>>& subscribers() { return subscribers_; }

  // Both transports get another address.
  void move();
  void restart_ice();
  void set_links(const LinkProfile& up, const LinkProfile& down);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Packets that belong to none of its subscribers (of closed consumers).
  std::uint64_t unexpected_packets() const { return unexpected_packets_; }

 private:
  void open(Leg& leg, control::TransportDirection direction);
  void report_packets(Instant now);

  World& world_;
  std::uint32_t number_;
  PeerOptions options_;
  ParticipantId participant_;
  Leg sending_;
  Leg receiving_;
  std::optional<ortc::CapabilitiesHash> told_capabilities_;  // of receiving_
  std::vector<std::unique_ptr<Track>> tracks_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::uint32_t next_stream_;
  std::uint32_t next_mid_ = 0;
  std::uint16_t transport_seq_ = 0;
  std::uint64_t unexpected_packets_ = 0;
};

}  // namespace confab::sim
