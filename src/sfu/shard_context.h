// What everything on a shard works with. Owned by the Shard, borrowed by all below it, and so
// outlives them.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "base/instant.h"
#include "base/log.h"
#include "base/packet.h"
#include "base/random.h"
#include "base/timer_wheel.h"
#include "control/media.h"
#include "rtc/dtls/identity.h"
#include "rtc/ortc/shared_capabilities.h"
#include "rtc/srtp/crypto.h"
#include "sfu/counters.h"
#include "sfu/egress.h"
#include "sfu/pipe_transport.h"
#include "sfu/shard.h"
#include "sfu/transport_table.h"

namespace confab::sfu {

// Something with a deadline in the shard's wheel; its Timer's owner points here.
class Timed {
 public:
  virtual ~Timed() = default;
  virtual void on_timer(Instant now) = 0;
};

// Transports with handshake datagrams that wait. What one of them asks for costs some tenths of a
// millisecond of public-key work, so they take turns, one in each round of the loop: when many join
// at once, nobody's packets wait for all of them.
struct HandshakeTurns {
  std::deque<WebRtcTransport*> waiting;
  Instant since = kNever;  // kNever if nobody waits

  void add(Instant now, WebRtcTransport& transport) {
    if (waiting.empty()) since = now;
    waiting.push_back(&transport);
  }
  // Whose turn it is; nullptr if nobody waits.
  WebRtcTransport* next() {
    if (waiting.empty()) return nullptr;
    WebRtcTransport* transport = waiting.front();
    waiting.pop_front();
    if (waiting.empty()) since = kNever;
    return transport;
  }
  void forget(const WebRtcTransport& transport) {
    std::erase(waiting, &transport);
    if (waiting.empty()) since = kNever;
  }
};

struct ShardContext {
  ShardContext(const ShardConfig& shard_config, const ortc::RtpCapabilities& router_capabilities,
               const dtls::DtlsIdentity& dtls_identity, Random& shard_random, LogSink& log_sink,
               PacketPool& packet_pool, srtp::CryptoProvider& crypto_provider,
               const EgressOptions& egress_options, Instant start)
      : config(shard_config),
        capabilities(router_capabilities),
        identity(dtls_identity),
        random(shard_random),
        log(log_sink),
        pool(packet_pool),
        crypto(crypto_provider),
        egress(egress_options, crypto, counters),
        timers(start) {}
  ShardContext(const ShardContext&) = delete;
  ShardContext& operator=(const ShardContext&) = delete;

  const ShardConfig& config;
  const ortc::RtpCapabilities& capabilities;
  const dtls::DtlsIdentity& identity;
  Random& random;
  LogSink& log;
  PacketPool& pool;
  srtp::CryptoProvider& crypto;
  ShardCounters counters;
  Egress egress;
  TimerWheel timers;
  TransportTable transports;
  ortc::SharedCapabilities receivers;  // what those behind the transports can decode
  HandshakeTurns handshakes;
  TraceContext trace;  // of the command that is being carried out
  std::deque<control::MediaEvent> events;
  // Transports that ended by themselves: destroyed when the call that noticed is done with them.
  std::vector<WebRtcTransport*> ended;
  // To the other shards of this server, by their numbers; empty where there is none.
  std::vector<std::unique_ptr<PipeTransport>> pipes;

  // nullptr if not connected.
  PipeTransport* find_pipe(std::uint8_t shard) const {
    return shard < pipes.size() ? pipes[shard].get() : nullptr;
  }
};

}  // namespace confab::sfu
