#include "sim/client_transport.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "rtc/rtp/demux.h"
#include "rtc/stun/builder.h"

namespace confab::sim {
namespace {

// As Chromium checks: quickly until answered, then every 2.5 s.
constexpr Duration kCheckUntilAnswered = 50ms;
constexpr Duration kCheckSteady = 2500ms;
// A browser's host candidate.
constexpr std::uint32_t kPriority = 1853824767;

}  // namespace

ClientTransport::ClientTransport(Wire& wire, Random& random, srtp::CryptoProvider& crypto,
                                 const Path& path, const ortc::IceParameters& remote)
    : wire_(wire),
      random_(random),
      crypto_(crypto),
      path_(path),
      remote_(remote),
      remote_key_(remote.password),
      local_ufrag_(random.alphanumeric(4)),
      tie_breaker_(random.u64()) {}

void ClientTransport::use_keys(const SrtpKeys& keys) {
  set_keys(keys);
}

void ClientTransport::use_dtls(const dtls::DtlsIdentity& identity,
                               const ortc::DtlsParameters& remote) {
  dtls::DtlsConfig config;
  config.role = dtls::DtlsRole::kClient;
  dtls_ = std::make_unique<dtls::DtlsTransport>(identity, config);
  CHECK(dtls_->set_remote_fingerprints(Instant{}, remote.fingerprints).has_value());
}

void ClientTransport::start(Instant now) {
  check_at_ = now;
}

void ClientTransport::restart(Instant now, const ortc::IceParameters& remote) {
  remote_ = remote;
  remote_key_ = stun::IntegrityKey(remote.password);
  transactions_ = {};
  local_ufrag_ = random_.alphanumeric(4);
  answered_ = false;
  check_at_ = now;
}

void ClientTransport::move_to(Instant now, const Path& path) {
  path_ = path;
  transactions_ = {};
  answered_ = false;
  check_at_ = now;
}

void ClientTransport::close(Instant now) {
  if (!dtls_) return;
  dtls_->close(now);
  drain_dtls();
}

void ClientTransport::send_check(Instant now) {
  stun::TransactionId& transaction = transactions_[checks_sent_++ % transactions_.size()];
  random_.fill(transaction);
  std::array<std::uint8_t, 256> buffer;
  stun::Builder builder(buffer, stun::Class::kRequest, transaction);
  builder.username(remote_.username_fragment + ":" + local_ufrag_);
  builder.priority(kPriority);
  builder.ice_controlling(tie_breaker_);
  builder.use_candidate();
  send_raw(builder.finish(&remote_key_));
  check_at_ = now + (answered_ ? kCheckSteady : kCheckUntilAnswered);
}

void ClientTransport::on_stun(Instant now, ByteView datagram) {
  const auto message = stun::Message::parse(datagram);
  if (!message || message->message_class() != stun::Class::kSuccess ||
      std::ranges::find(transactions_, message->transaction_id()) == transactions_.end() ||
      !message->check_integrity(remote_key_)) {
    return;
  }
  ++checks_answered_;
  if (answered_) return;
  answered_ = true;
  check_at_ = now + kCheckSteady;
  if (dtls_ && dtls_->state() == dtls::DtlsState::kNew) {
    dtls_->start(now);
    drain_dtls();
  }
}

void ClientTransport::handle_datagram(Instant now, MutableBytes datagram) {
  switch (rtp::classify(datagram)) {
    case rtp::DatagramKind::kStun:
      on_stun(now, datagram);
      break;
    case rtp::DatagramKind::kDtls:
      if (dtls_) {
        dtls_->handle_packet(now, datagram);
        drain_dtls();
      }
      break;
    case rtp::DatagramKind::kRtp: {
      if (!srtp_ || handler_ == nullptr) break;
      const auto size = srtp_->receiver().unprotect_rtp(datagram);
      if (!size) {
        ++srtp_refused_;
        break;
      }
      const auto packet = rtp::RtpPacketView::parse(datagram.first(*size));
      CHECK(packet.has_value());  // the server must not send what is not RTP
      handler_->on_rtp(now, *packet);
      break;
    }
    case rtp::DatagramKind::kRtcp: {
      if (!srtp_ || handler_ == nullptr) break;
      const auto size = srtp_->receiver().unprotect_rtcp(datagram);
      if (!size) {
        ++srtp_refused_;
        break;
      }
      handler_->on_rtcp(now, datagram.first(*size));
      break;
    }
    case rtp::DatagramKind::kUnknown:
      break;
  }
}

void ClientTransport::handle_timeout(Instant now) {
  if (is_silent_) return;
  if (check_at_ <= now) send_check(now);
  if (dtls_ && dtls_->next_timeout() <= now) {
    dtls_->handle_timeout(now);
    drain_dtls();
  }
}

Instant ClientTransport::next_timeout() const {
  if (is_silent_) return kNever;
  return dtls_ ? std::min(check_at_, dtls_->next_timeout()) : check_at_;
}

void ClientTransport::drain_dtls() {
  dtls::DtlsOutput output;
  while (dtls_->poll(output)) {
    if (const auto* datagram = std::get_if<dtls::Datagram>(&output)) {
      send_raw(datagram->bytes);
    } else if (const auto* connected = std::get_if<dtls::Connected>(&output)) {
      ++dtls_handshakes_;
      set_keys(connected->keys);
    }
  }
}

void ClientTransport::set_keys(const SrtpKeys& keys) {
  keys_ = keys;
  srtp_ = std::make_unique<srtp::SrtpSession>(crypto_, keys);
}

void ClientTransport::send_rtp(std::vector<std::uint8_t> packet) {
  if (!is_ready() || is_silent_) return;
  const std::size_t plain = packet.size();
  packet.resize(plain + srtp::kRtpOverheadMax);
  const auto size = srtp_->sender().protect_rtp(packet, plain);
  CHECK(size.has_value());
  send_raw(ByteView(packet).first(*size));
}

void ClientTransport::send_rtcp(std::vector<std::uint8_t> packet) {
  if (!is_ready() || is_silent_) return;
  const std::size_t plain = packet.size();
  packet.resize(plain + srtp::kRtcpOverheadMax);
  const auto size = srtp_->sender().protect_rtcp(packet, plain);
  CHECK(size.has_value());
  send_raw(ByteView(packet).first(*size));
}

void ClientTransport::send_raw(ByteView datagram) {
  if (!is_silent_) wire_.send(*this, datagram);
}

}  // namespace confab::sim
