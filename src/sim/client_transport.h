// A client's end of one WebRtcTransport, as a browser plays it: the controlling ICE agent, the DTLS
// client (or given keys), SRTP both ways. Sans-IO like the server's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/net.h"
#include "base/random.h"
#include "rtc/dtls/dtls_transport.h"
#include "rtc/ortc/types.h"
#include "rtc/rtp/packet.h"
#include "rtc/srtp/session.h"
#include "rtc/srtp_keys/keys.h"
#include "rtc/stun/integrity_key.h"
#include "rtc/stun/message.h"

namespace confab::sim {

class ClientTransport;

// The way to the server.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual void send(ClientTransport& from, ByteView datagram) = 0;
};

// Who takes what arrives, decrypted.
class ClientHandler {
 public:
  virtual ~ClientHandler() = default;
  virtual void on_rtp(Instant now, const rtp::RtpPacketView& packet) = 0;
  virtual void on_rtcp(Instant now, ByteView compound) = 0;
};

class ClientTransport {
 public:
  ClientTransport(Wire& wire, Random& random, srtp::CryptoProvider& crypto, const Path& path,
                  const ortc::IceParameters& remote);

  void set_handler(ClientHandler* handler) { handler_ = handler; }
  // Which way the keys come; one of both, before start.
  void use_keys(const SrtpKeys& keys);
  void use_dtls(const dtls::DtlsIdentity& identity, const ortc::DtlsParameters& remote);
  void start(Instant now);
  // The server gave new credentials.
  void restart(Instant now, const ortc::IceParameters& remote);
  // Another address, without a word: what a NAT does.
  void move_to(Instant now, const Path& path);
  // As a crashed browser or a pulled cable.
  void go_silent() { is_silent_ = true; }
  // Closes DTLS, as a browser that leaves.
  void close(Instant now);

  void handle_datagram(Instant now, MutableBytes datagram);
  void handle_timeout(Instant now);
  Instant next_timeout() const;

  // Protects and sends. The vector holds the plain packet and is grown for the tag.
  void send_rtp(std::vector<std::uint8_t> packet);
  void send_rtcp(std::vector<std::uint8_t> packet);
  // As it is.
  void send_raw(ByteView datagram);

  bool is_ready() const { return answered_ && srtp_ != nullptr; }
  const Path& path() const { return path_; }
  std::uint32_t checks_answered() const { return checks_answered_; }
  std::uint32_t dtls_handshakes() const { return dtls_handshakes_; }
  std::uint64_t srtp_refused() const { return srtp_refused_; }
  // The keys that open what the server sends here; nothing before they are known.
  const SrtpKeys* keys() const { return srtp_ ? &keys_ : nullptr; }

 private:
  void send_check(Instant now);
  void on_stun(Instant now, ByteView datagram);
  void drain_dtls();
  void set_keys(const SrtpKeys& keys);

  Wire& wire_;
  Random& random_;
  srtp::CryptoProvider& crypto_;
  Path path_;
  ortc::IceParameters remote_;
  stun::IntegrityKey remote_key_;
  std::string local_ufrag_;
  std::uint64_t tie_breaker_;
  // Of the latest checks: an answer may take longer than the time to the next check.
  std::array<stun::TransactionId, 16> transactions_{};
  std::size_t checks_sent_ = 0;
  ClientHandler* handler_ = nullptr;

  Instant check_at_ = kNever;
  bool answered_ = false;  // the current path and credentials work
  bool is_silent_ = false;
  std::uint32_t checks_answered_ = 0;

  std::unique_ptr<dtls::DtlsTransport> dtls_;
  std::uint32_t dtls_handshakes_ = 0;
  SrtpKeys keys_;
  std::unique_ptr<srtp::SrtpSession> srtp_;
  std::uint64_t srtp_refused_ = 0;
};

}  // namespace confab::sim
