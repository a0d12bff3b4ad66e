// A whole meeting in virtual time: one shard or several, any number of scripted peers, a lossy
// network between them. The same seed gives the same run, to the byte (given SRTP keys; a DTLS
// handshake draws from OpenSSL's own randomness and repeats only in its outcome). An hour takes
// seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "base/datagram.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/packet.h"
#include "base/random.h"
#include "control/media.h"
#include "rtc/dtls/identity.h"
#include "rtc/srtp/crypto.h"
#include "sfu/shard.h"
#include "sim/client_transport.h"
#include "sim/event_log.h"
#include "sim/fates.h"
#include "sim/peer.h"
#include "sim/pipe.h"

namespace confab::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  // Real DTLS handshakes instead of given keys.
  bool dtls = false;
  // Note the fate of each media packet.
  bool notes_fates = false;
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  // The meeting begins on the first; PeerOptions::shard says who is on which.
  std::uint8_t shards = 1;
  // Between any two of them.
  Duration pipe_delay = 200us;
  std::size_t pipe_messages = limits::kPipeMessages;
  LogSink* log = &null_log();  // of the shards
  // Changes a shard's configuration before it is made.
  std::function<void(sfu::ShardConfig&)> configure;
};

class World final : public Wire {
 public:
  explicit World(const WorldOptions& options);
  ~World() override;

  Instant now() const { return now_; }
  void run_for(Duration duration);
  // Until the condition holds; false if it did not within `limit`.
  bool run_until(const std::function<bool()>& condition, Duration limit);

  Peer& add_peer(const PeerOptions& options = {});
  // Closes its transports by command and forgets it.
  void remove_peer(Peer& peer);
  // Forgets it without a word to the shard.
  void lose_peer(Peer& peer);

  // Sends a command to the shard it is for; the answer must be of that kind.
  template <typename Answer>
  Answer ask(control::MediaRequest request) {
    auto result = try_ask(std::move(request));
    CHECK(result.has_value());
    return std::get<Answer>(std::move(*result));
  }
  Result<control::MediaResult> try_ask(control::MediaRequest request);
  // What the receiver behind it can decode: whatever the router can. Returns what a Consume says.
  ortc::CapabilitiesHash put_capabilities(const TransportId& transport);
  // On that shard.
  control::TransportCreated create_transport(std::uint8_t shard,
                                             const control::CreateTransport& request);
  // A datagram from anybody, to the first shard.
  void inject(const Path& path, ByteView datagram);
  void close_path(const Path& path);

  sfu::Shard& shard(std::uint8_t index = 0) { return *sites_[index]->shard; }
  std::uint8_t shards() const { return static_cast<std::uint8_t>(sites_.size()); }
  PacketPool& pool() { return sites_.front()->pool; }
  Pipe& pipe(std::uint8_t from, std::uint8_t to);
  Random& random() { return random_; }
  srtp::CryptoProvider& crypto() { return *crypto_; }
  const MeetingId& meeting() const { return meeting_; }
  const ortc::RtpCapabilities& router_capabilities() const { return capabilities_; }
  std::vector<control::MediaEvent>& events() { return events_; }
  const EventLog& log() const { return log_; }
  const Fates& fates() const { return fates_; }
  // Messages that a kernel would refuse: unequal segments, too many, too large.
  std::uint32_t bad_messages() const { return bad_messages_; }
  // Nothing leaves the shards for so long, as on a core that has no time for it.
  void hold_back(Duration duration) { held_until_ = now_ + duration; }
  // Called before (true) and after (false) each call into the shard's packet path.
  void set_probe(std::function<void(bool)> probe) { probe_ = std::move(probe); }

  // ---- for Peer ----
  void send(ClientTransport& from, ByteView datagram) override;
  Path new_path(Protocol protocol);
  void enter(Peer::Leg& leg);
  void forget(const Path& path) { legs_.erase(path); }
  void connect(Peer::Leg& leg);

 private:
  struct Arrival {
    Instant at;
    std::uint64_t order = 0;
    std::optional<std::uint8_t> to_shard;  // else to the client
    Path path;
    std::vector<std::uint8_t> bytes;
    // Soonest first; those of one instant in the order they were sent.
    bool operator<(const Arrival& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  // A shard and what it works with.
  struct Site {
    Site(const WorldOptions& options, std::uint8_t index, Instant start);

    SeededRandom random;
    PacketPool pool;
    std::unique_ptr<sfu::Shard> shard;
  };

  void connect_shards();
  // The first where there is no such shard: it will say so.
  std::uint8_t shard_at(const ShardAddress& place) const {
    return place.shard < shards() ? place.shard : std::uint8_t{0};
  }
  control::MediaCompletion command(std::uint8_t shard, control::MediaRequest request);
  Result<void> pipe_for(const control::Consume& request);
  Instant next_event() const;
  void step(Instant at);
  void deliver();
  void deliver_batch(std::uint8_t shard, std::vector<ReceivedPacket>& batch);
  void deliver_pipes();
  void run_shards();
  void run_shard(sfu::Shard& shard);
  void transmit(const Transmit& message);
  void send_segment(Peer::Leg* leg, const Path& path, ByteView segment);
  void put_on_link(Link& link, std::optional<std::uint8_t> to_shard, const Path& path,
                   ByteView datagram, std::uint64_t what, bool& dropped);
  void probe(bool entering) {
    if (probe_) probe_(entering);
  }

  WorldOptions options_;
  SeededRandom random_;
  std::unique_ptr<srtp::CryptoProvider> crypto_;
  Instant now_;
  Instant held_until_{};
  std::vector<std::unique_ptr<Pipe>> pipes_;
  std::vector<std::unique_ptr<Site>> sites_;
  MeetingId meeting_;
  ortc::RtpCapabilities capabilities_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unordered_map<Path, Peer::Leg*> legs_;
  std::priority_queue<Arrival> arrivals_;
  std::uint64_t next_order_ = 0;
  std::uint32_t next_peer_ = 1;
  std::uint32_t next_address_ = 1;
  std::vector<control::MediaEvent> events_;
  EventLog log_;
  Fates fates_;
  std::uint32_t bad_messages_ = 0;
  std::function<void(bool)> probe_;
};

// Made once per process: a key takes longer than a scenario.
const dtls::DtlsIdentity& server_identity();
const dtls::DtlsIdentity& client_identity();

}  // namespace confab::sim
