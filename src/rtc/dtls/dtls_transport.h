// One DTLS 1.2 association (RFC 6347) over whatever path ICE selected, which yields SRTP keys
// (RFC 5764) and carries application data (SCTP, RFC 8261). Server or client. Sans-IO: datagrams
// and time in, datagrams and events out; owned by a transport, used on its shard's thread.
//
// The peer is who its fingerprint says (RFC 8827 §6.5): no key leaves and no application data
// passes before the certificate was compared with what signaling told. The handshake itself may run
// before signaling told anything: it then completes in set_remote_fingerprints.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/dtls/fingerprint.h"
#include "rtc/dtls/identity.h"
#include "rtc/ortc/types.h"
#include "rtc/srtp_keys/keys.h"

struct ssl_st;
struct bio_st;

namespace confab::dtls {

enum class DtlsRole : std::uint8_t { kServer, kClient };

struct DtlsConfig {
  DtlsRole role = DtlsRole::kServer;
  // What one datagram may hold, IP and UDP headers aside.
  std::size_t mtu = 1200;
  // Offered as client; as server, the first of these that the client offers is taken.
  std::vector<SrtpProfile> profiles = {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm,
                                       SrtpProfile::kAes128CmSha1_80};
  // Retransmission of a flight: first after, then doubling up to. RFC 6347 §4.2.4.1 says 1 s; a
  // media path is rarely slower than 400 ms and a lost flight delays the first picture.
  Duration first_retransmission = 50ms;
  Duration longest_retransmission = 800ms;
};

//   New ──start() or the first datagram──▶ Connecting ──handshake done and peer verified──▶
//   Connected
//                                              │                                               │
//                        alert, wrong peer,    │                close_notify or close()        │
//                        no answer, no profile ▼                                               ▼
//                                           Failed ◀──────────── alert ─────────────────── Closed
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

// ---- outputs; views are valid until the next call other than poll ----
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
  std::string detail;  // OpenSSL's or the alert's words
};
struct Closed {};
using DtlsOutput = std::variant<Datagram, ApplicationData, StateChanged, Connected, Failed, Closed>;

class DtlsTransport {
 public:
  // `identity` may go before the transport: what is needed of it is shared.
  DtlsTransport(const DtlsIdentity& identity, DtlsConfig config);
  ~DtlsTransport();
  DtlsTransport(const DtlsTransport&) = delete;
  DtlsTransport& operator=(const DtlsTransport&) = delete;

  // Client: sends the first flight. Server: nothing to do, the first datagram starts it.
  void start(Instant now);
  // Who the peer has to be. Once per transport.
  std::expected<void, FingerprintError> set_remote_fingerprints(
      Instant now, std::span<const ortc::DtlsFingerprint> fingerprints);

  // A datagram whose first byte says DTLS (20 to 63, RFC 7983 §7). Anything else in it is dropped.
  void handle_packet(Instant now, ByteView datagram);
  void handle_timeout(Instant now);
  Instant next_timeout() const { return deadline_; }
  // Application data, one message per datagram. False unless connected or if it does not fit.
  bool send(Instant now, ByteView message);
  // Says close_notify and ends. From any state.
  void close(Instant now);
  // The next output; call until false after each of the calls above.
  bool poll(DtlsOutput& out);

  DtlsState state() const { return state_; }
  // The handshake is through, but nobody has said yet who the peer should be.
  bool awaits_fingerprint() const { return handshake_done_ && state_ == DtlsState::kConnecting; }
  bool is_consistent() const;

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };
  // A datagram or application data lies in arena_; an event in the variant.
  struct Queued {
    DtlsOutput event;
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  friend struct DatagramBio;

  void begin(Instant now);
  void advance_handshake();
  void finish_handshake();
  void read_application_data();
  void verify_peer();
  bool export_keys(SrtpKeys& keys);
  void handle_error(int result);
  void fail(FailReason reason, std::string detail);
  void set_state(DtlsState to, std::string_view why);
  void push_bytes(DtlsOutput kind, ByteView bytes);
  void on_timer_set(void* openssl_deadline);

  DtlsConfig config_;
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  DtlsState state_ = DtlsState::kNew;
  bool handshake_done_ = false;
  bool fatal_alert_received_ = false;
  std::vector<Fingerprint> expected_;
  Instant now_{};
  Instant deadline_ = kNever;
  Duration rto_;
  void* openssl_deadline_ = nullptr;  // the timeval in the SSL that OpenSSL arms
  ByteView incoming_;                 // the datagram being read
  std::vector<std::uint8_t> arena_;
  std::deque<Queued> outputs_;
};

}  // namespace confab::dtls
