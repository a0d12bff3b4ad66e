// What a DtlsTransport hands out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::dtls {

//   New ──start() or first datagram──▶ Connecting ──handshake done, peer verified──▶ Connected
//    │                                    │    │                                     │    │
//    │    alert, timeout, wrong peer,     │    └──────────────┐                      │    │
//    │    no common profile               ▼                   │                alert │    │
//    │                                 Failed ◀───────────────┼──────────────────────┘    │
//    └──────────────▶ Closed ◀───close() or close_notify──────┴───────────────────────────┘
//
// Closed and Failed are final: datagrams are ignored.
enum class DtlsState : std::uint8_t { kNew, kConnecting, kConnected, kClosed, kFailed };
std::string_view to_string(DtlsState state);

enum class FailReason : std::uint8_t {
  kTimeout,              // too many retransmissions without an answer (OpenSSL: 12)
  kAlert,                // the peer sent a fatal alert
  kProtocol,             // the peer's messages make no sense, or nothing in common
  kNoSrtpProfile,        // use_srtp was not negotiated
  kFingerprintMismatch,  // the peer is not who signaling said
};
std::string_view to_string(FailReason reason);

// Views are valid until the next call into the transport other than poll.
struct Datagram {
  ByteView bytes;
};
struct ApplicationData {
  ByteView bytes;
};
struct StateChanged {
  DtlsState from = DtlsState::kNew;
  DtlsState to = DtlsState::kNew;
  std::string_view why;  // a literal
};
struct Connected {
  SrtpKeys keys;
};
struct Failed {
  FailReason reason = FailReason::kProtocol;
  std::string detail;  // OpenSSL's words
};
struct Closed {};

using DtlsOutput = std::variant<Datagram, ApplicationData, StateChanged, Connected, Failed, Closed>;

}  // namespace confab::dtls
