// One DTLS 1.2 association (RFC 6347) over whatever path ICE selected, which yields SRTP keys
// (RFC 5764) and carries application data (SCTP, RFC 8261). Server or client. Sans-IO: datagrams
// and time in, datagrams and events out; owned by a transport, used on its shard's thread.
//
// OpenSSL's part is 42 kB, and after the handshake it has one thing left to do: to repeat our last
// flight if that was lost. Once the peer has shown that it was not, that part goes, and what stays
// can hear the peer's end of the association and say our own (docs/decisions/0007).
//
// The peer is who its fingerprint says (RFC 8827 §6.5): no key leaves and no application data
// passes before the certificate was compared with what signaling told. The handshake itself may run
// before signaling told anything: it then completes in set_remote_fingerprints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/dtls/alert_reader.h"
#include "rtc/dtls/datagram_bio.h"
#include "rtc/dtls/fingerprint.h"
#include "rtc/dtls/identity.h"
#include "rtc/dtls/output.h"
#include "rtc/dtls/output_queue.h"
#include "rtc/ortc/types.h"
#include "rtc/srtp_keys/keys.h"

struct ssl_ctx_st;
struct ssl_st;

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
  // Keeps the SSL for as long as the association lives: data channels need it. Nothing that we
  // serve has any yet; without this, send() and ApplicationData end with peer_confirmed().
  bool carries_application_data = false;
};

class DtlsTransport {
 public:
  // `identity` may go before the transport: what is needed of it is shared.
  DtlsTransport(const DtlsIdentity& identity, const DtlsConfig& config);
  ~DtlsTransport();
  DtlsTransport(const DtlsTransport&) = delete;
  DtlsTransport& operator=(const DtlsTransport&) = delete;

  // Client: sends the first flight. Server: nothing to do, the first datagram starts it.
  void start(Instant now);
  // Who the peer has to be. Once per transport.
  std::expected<void, FingerprintError> set_remote_fingerprints(
      Instant now, std::span<const ortc::DtlsFingerprint> fingerprints);

  // A datagram whose first byte says DTLS (20 to 63, RFC 7983 §7). False: it was dropped, since it
  // is something else, there is no association (any more), or the SSL is gone and it does not hold
  // an authentic alert. What OpenSSL drops of the rest it does not tell.
  bool handle_packet(Instant now, ByteView datagram);
  // The peer has our last flight: it sent something that is authentic under the keys we gave out,
  // which it may not do before (RFC 5246 §7.4.9). To be said of every such packet: the first one in
  // Connected counts. Everything must have been polled.
  void peer_confirmed() {
    if (awaits_confirmation_) let_go();
  }
  void handle_timeout(Instant now);
  Instant next_timeout() const { return bio_.deadline(); }
  // Application data, one message per datagram. False unless connected, if it does not fit, or if
  // the SSL is gone.
  bool send(Instant now, ByteView message);
  std::size_t max_message_bytes() const;
  // Says close_notify, if there is somebody to say it to, and ends.
  void close(Instant now);
  // The next output; call until false after each of the calls above.
  bool poll(DtlsOutput& out) { return outputs_.pop(out); }

  DtlsState state() const { return state_; }
  // The handshake is through, but nobody has said yet who the peer should be.
  bool awaits_fingerprint() const { return handshake_done_ && state_ == DtlsState::kConnecting; }
  // Whether OpenSSL's part is there, which is most of the memory.
  bool holds_ssl() const { return ssl_ != nullptr; }
  // What must hold in each state; checked after every call in debug builds.
  bool is_consistent() const;

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };

  // What does for the SSL's part once that is gone.
  struct Remains {
    AlertReader peer;
    std::vector<std::uint8_t> goodbye;  // our close_notify, as OpenSSL encrypted it
  };

  bool is_final() const { return state_ == DtlsState::kClosed || state_ == DtlsState::kFailed; }
  void begin_call(Instant now);
  void make_ssl();
  void allocate_buffers();
  void say_goodbye();
  void advance();
  void advance_handshake();
  void read_records();
  void verify_peer();
  void connect();
  void handle_failure(int result);
  void let_go();
  bool handle_alert(ByteView datagram);
  void end(DtlsState state, std::string_view why, DtlsOutput event);
  void fail(FailReason reason, std::string detail);
  void set_state(DtlsState to, std::string_view why);

  const DtlsConfig config_;
  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  OutputQueue outputs_;
  DatagramBio bio_;
  // From the beginning of the handshake until the peer is confirmed or the association ends.
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  std::optional<Remains> remains_;  // from then on
  DtlsState state_ = DtlsState::kNew;
  bool handshake_done_ = false;
  bool awaits_confirmation_ = false;
  std::vector<Fingerprint> expected_;
};

}  // namespace confab::dtls
