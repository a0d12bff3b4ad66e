#include "rtc/srtp/session.h"

#include <optional>

#include "rtc/srtp/replay_window.h"
#include "rtc/srtp/sent_indices.h"
#include "rtc/srtp/ssrc_table.h"
#include "rtc/srtp/transform.h"

namespace confab::srtp {

struct OutboundStream {
  SentIndices indices;
};
struct InboundStream {
  ReplayWindow window;
  std::uint64_t last_used = 0;
};

namespace {

constexpr std::size_t kRtpHeaderBytes = 12;
constexpr std::uint32_t kRtcpIndexMax = 0x7FFF'FFFF;

// Everything before the payload: CSRCs and the extension block are authenticated, not encrypted.
std::optional<std::size_t> rtp_header_size(ByteView packet) {
  if (packet.size() < kRtpHeaderBytes || (packet[0] >> 6) != 2) return std::nullopt;
  std::size_t size = kRtpHeaderBytes + std::size_t{4} * (packet[0] & 0x0F);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < size + 4) return std::nullopt;
    size += 4 + std::size_t{4} * load_be16(&packet[size + 2]);
  }
  if (packet.size() < size) return std::nullopt;
  return size;
}

std::uint32_t rtp_ssrc(ByteView packet) {
  return load_be32(&packet[8]);
}
std::uint16_t rtp_seq(ByteView packet) {
  return load_be16(&packet[2]);
}

bool is_rtcp(ByteView packet) {
  return packet.size() >= kRtcpHeaderBytes && (packet[0] >> 6) == 2;
}
std::uint32_t rtcp_ssrc(ByteView packet) {
  return load_be32(&packet[4]);
}

// RFC 3711 §3.3.1 and appendix A: the index with this sequence number that is nearest to the
// highest one received. Absent if that would be before the first rollover.
std::optional<std::uint64_t> estimate_index(const ReplayWindow& window, std::uint16_t seq) {
  if (!window.started()) return seq;
  const auto highest = static_cast<std::int64_t>(window.highest());
  const auto step = static_cast<std::int16_t>(seq - static_cast<std::uint16_t>(highest));
  if (highest + step < 0) return std::nullopt;
  return static_cast<std::uint64_t>(highest + step);
}

std::optional<SrtpError> replay_error(const ReplayWindow& window, std::uint64_t index) {
  switch (window.check(index)) {
    case ReplayWindow::Verdict::kNew:
      return std::nullopt;
    case ReplayWindow::Verdict::kSeen:
      return SrtpError::kReplayed;
    case ReplayWindow::Verdict::kTooOld:
      return SrtpError::kTooOld;
  }
  return SrtpError::kTooOld;
}

}  // namespace

SrtpSender::SrtpSender(CryptoProvider& crypto, const SrtpKeyMaterial& keys)
    : transform_(make_transform(crypto, keys)),
      streams_(std::make_unique<SsrcTable<OutboundStream>>()) {}
SrtpSender::~SrtpSender() = default;
SrtpSender::SrtpSender(SrtpSender&&) noexcept = default;
SrtpSender& SrtpSender::operator=(SrtpSender&&) noexcept = default;

std::size_t SrtpSender::rtp_overhead() const {
  return transform_->rtp_overhead();
}
std::size_t SrtpSender::rtcp_overhead() const {
  return transform_->rtcp_overhead();
}
std::size_t SrtpSender::ssrc_count() const {
  return streams_->size();
}

struct SrtpSender::Admitted {
  MutableBytes packet;
  std::size_t header_size = 0;
  std::uint32_t ssrc = 0;
  std::uint64_t index = 0;
};

std::expected<SrtpSender::Admitted, SrtpError> SrtpSender::admit_rtp(MutableBytes buffer,
                                                                     std::size_t size) {
  if (size > buffer.size() || buffer.size() - size < transform_->rtp_overhead()) {
    return std::unexpected(SrtpError::kNoRoom);
  }
  const MutableBytes packet = buffer.first(size);
  const auto header_size = rtp_header_size(packet);
  if (!header_size) return std::unexpected(SrtpError::kMalformed);
  const std::uint32_t ssrc = rtp_ssrc(packet);

  OutboundStream* stream = streams_->find(ssrc);
  if (stream == nullptr) {
    if (streams_->size() >= kSenderSsrcsMax) return std::unexpected(SrtpError::kTooManySsrcs);
    stream = &streams_->insert(ssrc);
  }
  const auto index = stream->indices.take(rtp_seq(packet));
  if (!index) return std::unexpected(index.error());
  return Admitted{packet, *header_size, ssrc, *index};
}

std::expected<std::size_t, SrtpError> SrtpSender::protect_rtp(MutableBytes buffer,
                                                              std::size_t size) {
  const auto admitted = admit_rtp(buffer, size);
  if (!admitted) return std::unexpected(admitted.error());
  const auto& [packet, header_size, ssrc, index] = *admitted;
  transform_->seal_rtp(packet, header_size, ssrc, index);
  return size + transform_->rtp_overhead();
}

std::expected<std::size_t, SrtpError> SrtpSender::protect_rtp_later(MutableBytes buffer,
                                                                    std::size_t size) {
  const auto admitted = admit_rtp(buffer, size);
  if (!admitted) return std::unexpected(admitted.error());
  const auto& [packet, header_size, ssrc, index] = *admitted;
  transform_->seal_rtp_later(packet, header_size, ssrc, index);
  return size + transform_->rtp_overhead();
}

std::expected<std::size_t, SrtpError> SrtpSender::protect_rtcp(MutableBytes buffer,
                                                               std::size_t size) {
  if (size > buffer.size() || buffer.size() - size < transform_->rtcp_overhead()) {
    return std::unexpected(SrtpError::kNoRoom);
  }
  const MutableBytes packet = buffer.first(size);
  if (!is_rtcp(packet)) return std::unexpected(SrtpError::kMalformed);
  if (last_rtcp_index_ == kRtcpIndexMax) return std::unexpected(SrtpError::kKeyExhausted);
  transform_->seal_rtcp(packet, rtcp_ssrc(packet), ++last_rtcp_index_);
  return size + transform_->rtcp_overhead();
}

SrtpReceiver::SrtpReceiver(CryptoProvider& crypto, const SrtpKeyMaterial& keys)
    : transform_(make_transform(crypto, keys)),
      rtp_streams_(std::make_unique<SsrcTable<InboundStream>>()),
      rtcp_streams_(std::make_unique<SsrcTable<InboundStream>>()) {}
SrtpReceiver::~SrtpReceiver() = default;
SrtpReceiver::SrtpReceiver(SrtpReceiver&&) noexcept = default;
SrtpReceiver& SrtpReceiver::operator=(SrtpReceiver&&) noexcept = default;

std::size_t SrtpReceiver::ssrc_count() const {
  return rtp_streams_->size() + rtcp_streams_->size();
}

InboundStream& SrtpReceiver::stream_for(SsrcTable<InboundStream>& table, std::uint32_t ssrc) {
  InboundStream* stream = table.find(ssrc);
  if (stream == nullptr) {
    if (table.size() >= kReceiverSsrcsMax) {
      table.erase_least([](const InboundStream& s) { return s.last_used; });
      ++ssrcs_evicted_;
    }
    stream = &table.insert(ssrc);
  }
  stream->last_used = ++packets_;
  return *stream;
}

std::expected<std::size_t, SrtpError> SrtpReceiver::unprotect_rtp(MutableBytes packet) {
  const std::size_t overhead = transform_->rtp_overhead();
  const auto header_size = rtp_header_size(packet);
  if (!header_size || packet.size() - *header_size < overhead) {
    return std::unexpected(SrtpError::kMalformed);
  }
  const std::uint32_t ssrc = rtp_ssrc(packet);
  const std::uint16_t seq = rtp_seq(packet);

  std::uint64_t index = seq;
  if (const InboundStream* stream = rtp_streams_->find(ssrc)) {
    const auto estimate = estimate_index(stream->window, seq);
    if (!estimate) return std::unexpected(SrtpError::kTooOld);
    index = *estimate;
    if (const auto error = replay_error(stream->window, index)) return std::unexpected(*error);
  }
  if (!transform_->open_rtp(packet, *header_size, ssrc, index)) {
    return std::unexpected(SrtpError::kAuthentication);
  }
  stream_for(*rtp_streams_, ssrc).window.record(index);
  return packet.size() - overhead;
}

std::expected<std::size_t, SrtpError> SrtpReceiver::unprotect_rtcp(MutableBytes packet) {
  const std::size_t overhead = transform_->rtcp_overhead();
  if (!is_rtcp(packet) || packet.size() < kRtcpHeaderBytes + overhead) {
    return std::unexpected(SrtpError::kMalformed);
  }
  const std::uint32_t ssrc = rtcp_ssrc(packet);
  const std::uint32_t index_word = transform_->rtcp_index_word(packet);
  if ((index_word & kEncryptedFlag) == 0) return std::unexpected(SrtpError::kNotEncrypted);
  const std::uint32_t index = index_word & ~kEncryptedFlag;

  if (const InboundStream* stream = rtcp_streams_->find(ssrc)) {
    if (const auto error = replay_error(stream->window, index)) return std::unexpected(*error);
  }
  if (!transform_->open_rtcp(packet, ssrc, index_word)) {
    return std::unexpected(SrtpError::kAuthentication);
  }
  stream_for(*rtcp_streams_, ssrc).window.record(index);
  return packet.size() - overhead;
}

}  // namespace confab::srtp
