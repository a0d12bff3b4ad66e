// The controlling side of ICE towards a server, over the one path that its socket is (RFC 8445
// §7.2, §8.1): it checks, nominates with the first check, since there is nothing to choose between,
// and keeps asking for consent (RFC 7675). A server that is no lite agent checks as well, and is
// answered where it was told how. Sans-IO; owned by a Transport.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/datagram_batch.h"
#include "base/instant.h"
#include "base/net.h"
#include "base/random.h"
#include "rtc/ortc/types.h"
#include "rtc/stun/integrity_key.h"
#include "rtc/stun/message.h"

namespace confab::client {

struct IceTiming {
  // RFC 8489 §6.2.1 says 500 ms; a lost check delays the first picture, and on a path that answers
  // in less, waiting buys nothing. Doubles at each loss.
  Duration first_retransmission = 100ms;
  Duration longest_retransmission = 1s;
  Duration give_up_after = 15s;
  // RFC 7675 §5.1: every 5 s, 20 % more or less, and consent ends 30 s after the last answer.
  Duration consent_interval = 5s;
  Duration consent_timeout = 30s;
};

// What a server that is no lite agent was told of us, and where its checks come from.
struct FullIcePeer {
  ortc::IceParameters local;
  Endpoint address;
};

class IceClient {
 public:
  //   New ──start()──▶ Checking ──success──▶ Connected
  //                       │ give_up_after        │ consent_timeout
  //                       ▼                      ▼
  //                     Failed ◀─────────────────┘
  enum class State : std::uint8_t { kNew, kChecking, kConnected, kFailed };

  // Without `full_peer` the server is a lite agent: it needs no name of ours, and gets no answers.
  IceClient(const ortc::IceParameters& remote, const IceTiming& timing, Random& random,
            const std::optional<FullIcePeer>& full_peer = {});

  void start(Instant now, DatagramBatch& out);
  // A datagram that looks like STUN. True when it answered our last request.
  bool handle_packet(Instant now, ByteView datagram);
  // The same datagram as a check of the server's: answers one that is authentic.
  void answer_check(ByteView datagram, DatagramBatch& out) const;
  void handle_timeout(Instant now, DatagramBatch& out);
  Instant next_timeout() const { return due_; }

  State state() const { return state_; }
  // Of the last answer; zero before it.
  Duration round_trip() const { return round_trip_; }

 private:
  void send_check(Instant now, DatagramBatch& out);
  Duration until_consent_check();

  IceTiming timing_;
  Random& random_;
  std::string username_;
  stun::IntegrityKey key_;
  struct Answering {
    stun::IntegrityKey key;
    Endpoint peer;
  };
  std::optional<Answering> answering_;
  std::uint64_t tie_breaker_;

  State state_ = State::kNew;
  // The request that waits for its answer. Each check is a transaction of its own, so that an
  // answer says which of them it belongs to and the round trip is right.
  stun::TransactionId transaction_{};
  bool waits_ = false;
  Instant sent_at_{};
  Instant last_answer_{};
  Duration retransmit_after_;
  Instant due_ = kNever;
  Duration round_trip_{};
};

}  // namespace confab::client
