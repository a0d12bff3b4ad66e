// What socketio::Server keeps of one socket and one session.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/instant.h"
#include "base/timer_wheel.h"
#include "web/socketio/decoder.h"
#include "web/socketio/recovery_log.h"
#include "web/socketio/server.h"

namespace confab::socketio {

struct Socket {
  //   CONNECT            accept()               session closed
  //   ───────▶ kRequested ───────▶ kConnected ────────────────▶ kLost ──▶ gone at expires_at
  //                 │                  │  ▲                       │
  //                 ▼ refuse()         ▼  └── CONNECT with pid ───┘
  //               gone               gone: disconnect, by either side
  enum class State : std::uint8_t { kRequested, kConnected, kLost };

  struct PendingAck {
    std::uint64_t tag;
    Instant by;
  };

  Socket(SocketId socket_id, const Config& config)
      : id(socket_id),
        log(config.recovery_events_max, config.recovery_bytes_max, config.recovery_window) {}

  const SocketId id;
  State state = State::kRequested;
  SessionId session{};   // in kLost: the one it was lost with
  std::string wire_nsp;  // as the client called it
  std::string nsp;       // what it is
  bool is_trusted = false;
  std::string pid;  // the secret that proves a recovery; empty when there is none
  RecoveryLog log;
  std::map<std::uint64_t, PendingAck> pending_acks;  // by the id on the wire
  std::uint64_t next_ack_id = 0;
  Instant expires_at = kNever;
  Timer timer{this};

  bool is_consistent() const {
    return (state == State::kLost) == (expires_at != kNever) &&
           (state == State::kConnected || pending_acks.empty());
  }
};

struct Session {
  Session(SessionId session_id, const Config& config)
      : id(session_id), decoder(config.attachment_bytes_max) {}

  const SessionId id;
  Decoder decoder;
  std::map<std::string, SocketId> sockets;  // by the namespace as the client called it
  // Namespaces we disconnected: what was on its way from there is no mistake of the client's.
  std::set<std::string> left;
  std::size_t refusals = 0;
  bool is_trusted = false;      // one of its sockets is, or was
  Instant connect_by = kNever;  // to a namespace, if it is in none
  Instant attachments_by = kNever;
  Timer timer{this};  // the sooner of both
};

}  // namespace confab::socketio
