#include "rtc/srtp/transform.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "rtc/srtp/key_derivation.h"

namespace confab::srtp {
namespace {

constexpr std::size_t kIndexWordBytes = 4;

// SRTCP's index stands in 48 bits with zeros in front, so one layout serves both protocols:
// RFC 7714 §8.1 and §9.1 for GCM: two zero bytes, SSRC, 48-bit index, XOR salt.
GcmIv gcm_iv(const GcmIv& salt, std::uint32_t ssrc, std::uint64_t index) {
  GcmIv iv{};
  store_be32(&iv[2], ssrc);
  store_be16(&iv[6], static_cast<std::uint16_t>(index >> 32));
  store_be32(&iv[8], static_cast<std::uint32_t>(index));
  for (std::size_t i = 0; i < iv.size(); ++i) iv[i] ^= salt[i];
  return iv;
}

// RFC 3711 §4.1.1: salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16; the block counter starts at 0.
CtrIv ctr_iv(const CtrIv& salt, std::uint32_t ssrc, std::uint64_t index) {
  CtrIv iv{};
  store_be32(&iv[4], ssrc);
  store_be16(&iv[8], static_cast<std::uint16_t>(index >> 32));
  store_be32(&iv[10], static_cast<std::uint32_t>(index));
  for (std::size_t i = 0; i < iv.size(); ++i) iv[i] ^= salt[i];
  return iv;
}

// RFC 7714. SRTP: header | ciphertext | tag. SRTCP: header | ciphertext | tag | E, index.
class GcmTransform final : public PacketTransform {
 public:
  GcmTransform(CryptoProvider& crypto, std::size_t key_bytes, const DerivedKeys& keys)
      : rtp_(crypto.make_aead(ByteView(keys.rtp.cipher).first(key_bytes))),
        rtcp_(crypto.make_aead(ByteView(keys.rtcp.cipher).first(key_bytes))) {
    std::copy_n(keys.rtp.salt.begin(), rtp_salt_.size(), rtp_salt_.begin());
    std::copy_n(keys.rtcp.salt.begin(), rtcp_salt_.size(), rtcp_salt_.begin());
  }

  std::size_t rtp_overhead() const override { return kGcmTagBytes; }
  std::size_t rtcp_overhead() const override { return kGcmTagBytes + kIndexWordBytes; }

  void seal_rtp(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                std::uint64_t index) override {
    rtp_->seal(gcm_iv(rtp_salt_, ssrc, index), packet.first(header_bytes),
               packet.subspan(header_bytes), packet.data() + packet.size());
  }

  bool open_rtp(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                std::uint64_t index) override {
    const MutableBytes plain = packet.first(packet.size() - kGcmTagBytes);
    return rtp_->open(gcm_iv(rtp_salt_, ssrc, index), plain.first(header_bytes),
                      plain.subspan(header_bytes), plain.data() + plain.size());
  }

  void seal_rtcp(MutableBytes packet, std::uint32_t ssrc, std::uint32_t index) override {
    const std::uint32_t index_word = kEncryptedFlag | index;
    std::uint8_t* tag = packet.data() + packet.size();
    rtcp_->seal(gcm_iv(rtcp_salt_, ssrc, index), rtcp_aad(packet, index_word),
                packet.subspan(kRtcpHeaderBytes), tag);
    store_be32(tag + kGcmTagBytes, index_word);
  }

  std::uint32_t rtcp_index_word(ByteView packet) const override {
    return load_be32(&packet[packet.size() - kIndexWordBytes]);
  }

  bool open_rtcp(MutableBytes packet, std::uint32_t ssrc, std::uint32_t index_word) override {
    const MutableBytes plain = packet.first(packet.size() - rtcp_overhead());
    return rtcp_->open(gcm_iv(rtcp_salt_, ssrc, index_word & ~kEncryptedFlag),
                       rtcp_aad(plain, index_word), plain.subspan(kRtcpHeaderBytes),
                       plain.data() + plain.size());
  }

 private:
  // RFC 7714 §9.2: the header, then E and index.
  static std::array<std::uint8_t, kRtcpHeaderBytes + kIndexWordBytes> rtcp_aad(
      ByteView packet, std::uint32_t index_word) {
    std::array<std::uint8_t, kRtcpHeaderBytes + kIndexWordBytes> aad;
    std::memcpy(aad.data(), packet.data(), kRtcpHeaderBytes);
    store_be32(&aad[kRtcpHeaderBytes], index_word);
    return aad;
  }

  std::unique_ptr<Aead> rtp_;
  std::unique_ptr<Aead> rtcp_;
  GcmIv rtp_salt_;
  GcmIv rtcp_salt_;
};

// RFC 3711. SRTP: header | ciphertext | tag. SRTCP: header | ciphertext | E, index | tag.
class CtrHmacTransform final : public PacketTransform {
 public:
  CtrHmacTransform(CryptoProvider& crypto, std::size_t key_bytes, const DerivedKeys& keys)
      : rtp_(crypto.make_ctr_hmac(ByteView(keys.rtp.cipher).first(key_bytes), keys.rtp.auth)),
        rtcp_(crypto.make_ctr_hmac(ByteView(keys.rtcp.cipher).first(key_bytes), keys.rtcp.auth)) {
    std::ranges::copy(keys.rtp.salt, rtp_salt_.begin());
    std::ranges::copy(keys.rtcp.salt, rtcp_salt_.begin());
  }

  std::size_t rtp_overhead() const override { return kSha1TagBytes; }
  std::size_t rtcp_overhead() const override { return kIndexWordBytes + kSha1TagBytes; }

  void seal_rtp(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                std::uint64_t index) override {
    rtp_->seal(ctr_iv(rtp_salt_, ssrc, index), packet, header_bytes, roc(index),
               packet.data() + packet.size());
  }

  void seal_rtp_later(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                      std::uint64_t index) override {
    rtp_->seal_later(ctr_iv(rtp_salt_, ssrc, index), packet, header_bytes, roc(index),
                     packet.data() + packet.size());
  }

  bool open_rtp(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                std::uint64_t index) override {
    // The ROC is authenticated where the tag stands.
    std::array<std::uint8_t, kSha1TagBytes> tag;
    std::memcpy(tag.data(), packet.data() + packet.size() - tag.size(), tag.size());
    return rtp_->open(ctr_iv(rtp_salt_, ssrc, index), packet.first(packet.size() - tag.size()),
                      header_bytes, roc(index), tag.data());
  }

  void seal_rtcp(MutableBytes packet, std::uint32_t ssrc, std::uint32_t index) override {
    rtcp_->seal(ctr_iv(rtcp_salt_, ssrc, index), packet, kRtcpHeaderBytes, kEncryptedFlag | index,
                packet.data() + packet.size() + kIndexWordBytes);
  }

  std::uint32_t rtcp_index_word(ByteView packet) const override {
    return load_be32(&packet[packet.size() - rtcp_overhead()]);
  }

  bool open_rtcp(MutableBytes packet, std::uint32_t ssrc, std::uint32_t index_word) override {
    return rtcp_->open(ctr_iv(rtcp_salt_, ssrc, index_word & ~kEncryptedFlag),
                       packet.first(packet.size() - rtcp_overhead()), kRtcpHeaderBytes, index_word,
                       packet.data() + packet.size() - kSha1TagBytes);
  }

 private:
  static std::uint32_t roc(std::uint64_t index) { return static_cast<std::uint32_t>(index >> 16); }

  std::unique_ptr<CtrHmac> rtp_;
  std::unique_ptr<CtrHmac> rtcp_;
  CtrIv rtp_salt_{};
  CtrIv rtcp_salt_{};
};

}  // namespace

std::unique_ptr<PacketTransform> make_transform(CryptoProvider& crypto,
                                                const SrtpKeyMaterial& keys) {
  const DerivedKeys derived = derive_session_keys(keys);
  const std::size_t key_bytes = srtp_key_size(keys.profile);
  if (keys.profile == SrtpProfile::kAes128CmSha1_80) {
    return std::make_unique<CtrHmacTransform>(crypto, key_bytes, derived);
  }
  return std::make_unique<GcmTransform>(crypto, key_bytes, derived);
}

}  // namespace confab::srtp
