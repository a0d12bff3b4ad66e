#include "rtc/dtls/dtls_transport.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace confab::dtls {
namespace {

// Record header 13, explicit nonce 8, tag 16 (RFC 6347 §4.1, RFC 5288 §3); the other AEADs need
// less.
constexpr std::size_t kRecordOverheadBytes = 37;

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

const char* openssl_profile_name(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAeadAes128Gcm:
      return "SRTP_AEAD_AES_128_GCM";
    case SrtpProfile::kAeadAes256Gcm:
      return "SRTP_AEAD_AES_256_GCM";
    case SrtpProfile::kAes128CmSha1_80:
      return "SRTP_AES128_CM_SHA1_80";
  }
  return "";
}

std::string profile_list(const std::vector<SrtpProfile>& profiles) {
  std::string out;
  for (const SrtpProfile profile : profiles) {
    if (!out.empty()) out += ':';
    out += openssl_profile_name(profile);
  }
  return out;
}

std::string words_of(unsigned long error) {
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? "no detail" : reason;
}

// RFC 5764 §4.2: keys for both directions, client's first. Nothing if nothing was negotiated.
std::optional<SrtpKeys> export_keys(SSL* ssl, bool is_client) {
  const SRTP_PROTECTION_PROFILE* const negotiated = SSL_get_selected_srtp_profile(ssl);
  if (negotiated == nullptr) return std::nullopt;
  const auto profile = srtp_profile_from_id(static_cast<std::uint16_t>(negotiated->id));
  if (!profile) return std::nullopt;
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  std::array<std::uint8_t, 2 * (kSrtpKeyBytesMax + kSrtpSaltBytesMax)> secret{};
  const std::size_t size = srtp_exported_size(*profile);
  const int exported = SSL_export_keying_material(ssl, secret.data(), size, kLabel.data(),
                                                  kLabel.size(), nullptr, 0, 0);
  std::optional<SrtpKeys> keys;
  if (exported == 1) {
    keys = SrtpKeys::from_exported(*profile, ByteView(secret).first(size), is_client);
  }
  OPENSSL_cleanse(secret.data(), secret.size());
  return keys;
}

}  // namespace

std::string_view to_string(DtlsState state) {
  switch (state) {
    case DtlsState::kNew:
      return "new";
    case DtlsState::kConnecting:
      return "connecting";
    case DtlsState::kConnected:
      return "connected";
    case DtlsState::kClosed:
      return "closed";
    case DtlsState::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(FailReason reason) {
  switch (reason) {
    case FailReason::kTimeout:
      return "timeout";
    case FailReason::kAlert:
      return "alert";
    case FailReason::kProtocol:
      return "protocol";
    case FailReason::kNoSrtpProfile:
      return "no_srtp_profile";
    case FailReason::kFingerprintMismatch:
      return "fingerprint_mismatch";
  }
  return "unknown";
}

void DtlsTransport::FreeSsl::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

void DtlsTransport::FreeContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

DtlsTransport::DtlsTransport(const DtlsIdentity& identity, const DtlsConfig& config)
    : config_(config),
      context_(identity.context()),
      bio_(outputs_, config.mtu, config.first_retransmission, config.longest_retransmission) {
  SSL_CTX_up_ref(context_.get());
}

DtlsTransport::~DtlsTransport() = default;

// Only when the handshake begins: it takes 9 KB, and many transports are never used.
void DtlsTransport::make_ssl() {
  ssl_.reset(SSL_new(context_.get()));
  CHECK(ssl_ != nullptr);
  BIO* const bio = bio_.make();
  CHECK(bio != nullptr);
  SSL_set_bio(ssl_.get(), bio, bio);
  CHECK(DTLS_set_link_mtu(ssl_.get(), static_cast<long>(config_.mtu)) == 1);
  // Returns 0 when it worked, unlike its neighbours.
  CHECK(SSL_set_tlsext_use_srtp(ssl_.get(), profile_list(config_.profiles).c_str()) == 0);
  if (config_.role == DtlsRole::kServer) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

void DtlsTransport::begin_call(Instant now) {
  outputs_.recycle();
  bio_.set_now(now);
}

void DtlsTransport::start(Instant now) {
  begin_call(now);
  if (config_.role == DtlsRole::kServer || state_ != DtlsState::kNew) return;
  make_ssl();
  set_state(DtlsState::kConnecting, "started");
  advance();
  DCHECK(is_consistent());
}

std::expected<void, FingerprintError> DtlsTransport::set_remote_fingerprints(
    Instant now, std::span<const ortc::DtlsFingerprint> fingerprints) {
  begin_call(now);
  if (!expected_.empty()) return std::unexpected(FingerprintError::kAlreadySet);
  auto parsed = parse_fingerprints(fingerprints);
  if (!parsed) return std::unexpected(parsed.error());
  expected_ = std::move(*parsed);
  if (awaits_fingerprint()) verify_peer();
  DCHECK(is_consistent());
  return {};
}

bool DtlsTransport::handle_packet(Instant now, ByteView datagram) {
  begin_call(now);
  const bool is_dtls = !datagram.empty() && datagram[0] >= 20 && datagram[0] <= 63 &&
                       datagram.size() <= limits::kPacketBytes;
  if (!is_dtls || is_final()) return false;
  if (remains_) return handle_alert(datagram);
  if (state_ == DtlsState::kNew) {
    if (config_.role == DtlsRole::kClient) return false;
    make_ssl();
    set_state(DtlsState::kConnecting, "first datagram");
  }
  bio_.set_incoming(datagram);
  advance();
  bio_.set_incoming({});
  DCHECK(is_consistent());
  return true;
}

void DtlsTransport::handle_timeout(Instant now) {
  begin_call(now);
  if (bio_.deadline() > now) return;
  bio_.expire();
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_.get()) < 0) handle_failure(-1);
  DCHECK(is_consistent());
}

// Whatever arrived: it may carry the handshake on, be application data, or (after the handshake)
// be the peer's last flight again, which OpenSSL answers from within a read.
void DtlsTransport::advance() {
  if (!handshake_done_) advance_handshake();
  if (handshake_done_ && !is_final()) read_records();
}

void DtlsTransport::advance_handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    handle_failure(result);
    return;
  }
  handshake_done_ = true;
  if (!expected_.empty()) verify_peer();
}

void DtlsTransport::read_records() {
  // A record is no longer than its datagram.
  std::array<std::uint8_t, limits::kPacketBytes> message;
  while (ssl_ != nullptr) {
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), message.data(), static_cast<int>(message.size()));
    if (size <= 0) {
      handle_failure(size);
      return;
    }
    // From somebody who is not verified yet: lost, like any datagram may be.
    if (state_ != DtlsState::kConnected) continue;
    outputs_.push_application_data(ByteView(message).first(static_cast<std::size_t>(size)));
  }
}

void DtlsTransport::verify_peer() {
  ERR_clear_error();
  const std::unique_ptr<X509, FreeCertificate> certificate(SSL_get1_peer_certificate(ssl_.get()));
  if (certificate != nullptr && matches(certificate.get(), expected_)) {
    connect();
    return;
  }
  say_goodbye();
  fail(FailReason::kFingerprintMismatch, "the certificate is not the one that was signaled");
}

void DtlsTransport::connect() {
  auto keys = export_keys(ssl_.get(), config_.role == DtlsRole::kClient);
  if (!keys) {
    say_goodbye();
    fail(FailReason::kNoSrtpProfile, "no SRTP protection profile in common");
    return;
  }
  set_state(DtlsState::kConnected, "handshake done and peer verified");
  outputs_.push(Connected{*keys});
  awaits_confirmation_ = !config_.carries_application_data;
}

// RFC 6347 §4.2.4 has the side that speaks last in the handshake repeat its flight for as long as
// the other may ask for it; now it will not. What we may still have to say ourselves is our
// close_notify, which answers the peer's (RFC 5246 §7.2.1). OpenSSL writes it here, with the nonce
// and the sequence number that are its turn, and it is kept: so nothing is ever encrypted outside
// of OpenSSL with a key that OpenSSL used, and no nonce has to be guessed.
void DtlsTransport::let_go() {
  awaits_confirmation_ = false;
  outputs_.recycle();
  const auto key = peer_record_key(ssl_.get(), config_.role == DtlsRole::kClient);
  if (!key) return;  // a cipher suite that we can not read ourselves: all stays as it is
  remains_.emplace(AlertReader(*key));
  say_goodbye();
  DtlsOutput said;
  while (outputs_.pop(said)) {
    if (const auto* datagram = std::get_if<Datagram>(&said)) {
      remains_->goodbye.assign(datagram->bytes.begin(), datagram->bytes.end());
    }
  }
  ERR_clear_error();
  ssl_.reset();
  bio_.stop();
  outputs_ = {};  // it had grown for the handshake's flights
  DCHECK(is_consistent());
}

// Whatever is no alert comes too late: a last flight that was repeated before ours arrived, or
// application data, which nobody here is waiting for.
bool DtlsTransport::handle_alert(ByteView datagram) {
  const auto alert = remains_->peer.find_end(datagram);
  if (!alert) return false;
  if (alert->is_close_notify()) {
    say_goodbye();
    end(DtlsState::kClosed, "close_notify", Closed{});
  } else {
    fail(FailReason::kAlert,
         words_of(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert->description)));
  }
  DCHECK(is_consistent());
  return true;
}

void DtlsTransport::handle_failure(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      // Two buffers of 17 KB, which a transport that carries media hardly uses again. Reading makes
      // new ones by itself, writing does not (allocate_buffers).
      if (handshake_done_) SSL_free_buffers(ssl_.get());
      return;
    case SSL_ERROR_ZERO_RETURN:
      say_goodbye();
      end(DtlsState::kClosed, "close_notify", Closed{});
      return;
    default:
      break;
  }
  const unsigned long error = ERR_peek_error();
  const int reason = ERR_GET_REASON(error);
  if (reason == SSL_R_READ_TIMEOUT_EXPIRED) {
    fail(FailReason::kTimeout, words_of(error));
  } else if (reason > SSL_AD_REASON_OFFSET && ERR_GET_LIB(error) == ERR_LIB_SSL) {
    fail(FailReason::kAlert, words_of(error));
  } else {
    fail(FailReason::kProtocol, words_of(error));
  }
}

bool DtlsTransport::send(Instant now, ByteView message) {
  begin_call(now);
  if (state_ != DtlsState::kConnected || ssl_ == nullptr || message.empty() ||
      message.size() > max_message_bytes()) {
    return false;
  }
  allocate_buffers();
  ERR_clear_error();
  const int written = SSL_write(ssl_.get(), message.data(), static_cast<int>(message.size()));
  if (written <= 0) {
    handle_failure(written);
  } else {
    SSL_free_buffers(ssl_.get());
  }
  DCHECK(is_consistent());
  return written > 0;
}

std::size_t DtlsTransport::max_message_bytes() const {
  return config_.mtu - kRecordOverheadBytes;
}

void DtlsTransport::close(Instant now) {
  begin_call(now);
  if (is_final()) return;
  ERR_clear_error();
  if (handshake_done_) say_goodbye();
  end(DtlsState::kClosed, "closed here", Closed{});
  DCHECK(is_consistent());
}

void DtlsTransport::say_goodbye() {
  if (ssl_ == nullptr) return outputs_.push_datagram(remains_->goodbye);
  allocate_buffers();
  SSL_shutdown(ssl_.get());
}

void DtlsTransport::allocate_buffers() {
  CHECK(SSL_alloc_buffers(ssl_.get()) == 1);
}

void DtlsTransport::fail(FailReason reason, std::string detail) {
  end(DtlsState::kFailed, to_string(reason), Failed{reason, std::move(detail)});
}

void DtlsTransport::end(DtlsState state, std::string_view why, DtlsOutput event) {
  ERR_clear_error();
  ssl_.reset();
  remains_.reset();
  awaits_confirmation_ = false;
  bio_.stop();
  set_state(state, why);
  outputs_.push(std::move(event));
}

void DtlsTransport::set_state(DtlsState to, std::string_view why) {
  outputs_.push(StateChanged{std::exchange(state_, to), to, why});
}

bool DtlsTransport::is_consistent() const {
  switch (state_) {
    case DtlsState::kNew:
      return ssl_ == nullptr && !remains_ && !handshake_done_ && next_timeout() == kNever;
    case DtlsState::kConnecting:
      return ssl_ != nullptr && !remains_ && !(handshake_done_ && !expected_.empty());
    case DtlsState::kConnected:
      return (ssl_ != nullptr) != remains_.has_value() && handshake_done_ && !expected_.empty() &&
             (ssl_ != nullptr || (!awaits_confirmation_ && next_timeout() == kNever));
    case DtlsState::kClosed:
    case DtlsState::kFailed:
      return ssl_ == nullptr && !remains_ && next_timeout() == kNever;
  }
  return false;
}

}  // namespace confab::dtls
