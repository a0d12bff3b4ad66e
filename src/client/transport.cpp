#include "client/transport.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "rtc/rtcp/packet.h"
#include "rtc/rtp/demux.h"

namespace confab::client {
namespace {

dtls::DtlsConfig dtls_config(const TransportConfig& config) {
  dtls::DtlsConfig out;
  out.role = dtls::DtlsRole::kClient;
  out.profiles = config.srtp_profiles;
  return out;
}

}  // namespace

Transport::Transport(const TransportConfig& config, const dtls::DtlsIdentity& identity,
                     srtp::CryptoProvider& crypto, Random& random, Stats& stats)
    : crypto_(crypto),
      stats_(stats),
      ice_(config.remote_ice, config.ice, random, config.full_ice_peer),
      dtls_(identity, dtls_config(config)),
      publisher_(config.wall, random),
      subscriber_({random.u32()}, config.verify_one_in) {
  // Signaled fingerprints that make no sense leave the handshake without a peer to prove: it fails
  // in start().
  if (!dtls_.set_remote_fingerprints(Instant{}, config.remote_fingerprints)) {
    state_ = State::kFailed;
  }
}

void Transport::start(Instant now, DatagramBatch& out) {
  if (state_ != State::kNew) return;
  state_ = State::kChecking;
  started_at_ = now;
  ice_.start(now, out);
}

Instant Transport::next_timeout() const {
  switch (state_) {
    case State::kNew:
    case State::kFailed:
      return kNever;
    case State::kChecking:
      return ice_.next_timeout();
    case State::kHandshaking:
      return std::min(ice_.next_timeout(), dtls_.next_timeout());
    case State::kConnected:
      return std::min({ice_.next_timeout(), dtls_.next_timeout(), publisher_.next_timeout(),
                       subscriber_.next_timeout()});
  }
  return kNever;
}

SendContext Transport::send_context(DatagramBatch& out) {
  return {srtp_->sender(), out, stats_, transport_seq_};
}

ReceiveContext Transport::receive_context(DatagramBatch& out) {
  return {*srtp_, out, stats_, ice_.round_trip()};
}

void Transport::handle_packet(Instant now, MutableBytes datagram, DatagramBatch& out) {
  if (state_ == State::kNew || state_ == State::kFailed) return;
  switch (rtp::classify(datagram)) {
    case rtp::DatagramKind::kStun:
      return handle_stun(now, datagram, out);
    case rtp::DatagramKind::kDtls:
      dtls_.handle_packet(now, datagram);
      return drain_dtls(now, out);
    case rtp::DatagramKind::kRtcp:
      return handle_rtcp(now, datagram, out);
    case rtp::DatagramKind::kRtp: {
      // Media may overtake the end of the handshake; RTX will bring what counts.
      if (!srtp_) return;
      ReceiveContext context = receive_context(out);
      return subscriber_.handle_rtp(now, datagram, context);
    }
    case rtp::DatagramKind::kUnknown:
      ++stats_.counters.drop_malformed;
      return;
  }
}

void Transport::handle_stun(Instant now, ByteView datagram, DatagramBatch& out) {
  ice_.answer_check(datagram, out);
  if (!ice_.handle_packet(now, datagram)) return;
  stats_.round_trip.add(ice_.round_trip());
  if (state_ != State::kChecking) return;
  state_ = State::kHandshaking;
  dtls_.start(now);
  drain_dtls(now, out);
}

void Transport::handle_rtcp(Instant now, MutableBytes datagram, DatagramBatch& out) {
  if (!srtp_) return;
  const auto size = srtp_->receiver().unprotect_rtcp(datagram);
  if (!size) {
    ++stats_.counters.drop_srtp;
    return;
  }
  SendContext context = send_context(out);
  rtcp::CompoundReader reader(datagram.first(*size));
  while (const auto packet = reader.next()) {
    publisher_.handle_rtcp(now, *packet, context);
    subscriber_.handle_rtcp(now, *packet);
  }
  if (reader.is_malformed()) ++stats_.counters.drop_malformed;
}

void Transport::handle_timeout(Instant now, DatagramBatch& out) {
  if (state_ == State::kNew || state_ == State::kFailed) return;
  ice_.handle_timeout(now, out);
  if (ice_.state() == IceClient::State::kFailed) {
    state_ = State::kFailed;
    return;
  }
  if (dtls_.next_timeout() <= now) {
    dtls_.handle_timeout(now);
    drain_dtls(now, out);
  }
  if (state_ != State::kConnected) return;
  SendContext sending = send_context(out);
  publisher_.handle_timeout(now, sending);
  ReceiveContext receiving = receive_context(out);
  subscriber_.handle_timeout(now, receiving);
}

void Transport::drain_dtls(Instant now, DatagramBatch& out) {
  dtls::DtlsOutput output;
  while (dtls_.poll(output)) {
    if (const auto* datagram = std::get_if<dtls::Datagram>(&output)) {
      out.push(datagram->bytes);
    } else if (const auto* connected = std::get_if<dtls::Connected>(&output)) {
      connect(now, connected->keys);
    } else if (std::holds_alternative<dtls::Failed>(output) ||
               std::holds_alternative<dtls::Closed>(output)) {
      state_ = State::kFailed;
    }
  }
}

void Transport::connect(Instant now, const SrtpKeys& keys) {
  srtp_.emplace(crypto_, keys);
  state_ = State::kConnected;
  time_to_connect_ = now - started_at_;
  for (const AudioTrack& track : std::exchange(audio_waiting_, {})) publisher_.add(now, track);
  for (const VideoTrack& track : std::exchange(video_waiting_, {})) publisher_.add(now, track);
}

void Transport::publish(Instant now, const AudioTrack& track) {
  if (state_ == State::kConnected) {
    publisher_.add(now, track);
  } else {
    audio_waiting_.push_back(track);
  }
}

void Transport::publish(Instant now, const VideoTrack& track) {
  if (state_ == State::kConnected) {
    publisher_.add(now, track);
  } else {
    video_waiting_.push_back(track);
  }
}

void Transport::receive(Instant now, const ReceiveConfig& config) {
  subscriber_.add(now, config);
}

}  // namespace confab::client
