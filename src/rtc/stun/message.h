// STUN messages as ICE uses them (RFC 8489, RFC 8445 §7.1, §16.1): a parsed view of a received
// datagram. Parsing copies and allocates nothing; the view borrows the datagram. Any thread.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |0 0|     STUN Message Type     |         Message Length        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                         Magic Cookie                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Transaction ID (96 bits)                  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/net.h"
#include "rtc/stun/integrity_key.h"

namespace confab::stun {

inline constexpr std::size_t kHeaderBytes = 20;
inline constexpr std::uint32_t kMagicCookie = 0x2112A442;
// A browser's check has about ten attributes; one that carries more than this is not a browser's.
inline constexpr std::size_t kAttributesMax = 32;
// RFC 8489 §14.3: a USERNAME is shorter than 509 bytes.
inline constexpr std::size_t kUsernameBytesMax = 508;
// RFC 8489 §14.14 and §14.8: at most 763 bytes of text.
inline constexpr std::size_t kTextBytesMax = 763;

enum class Class : std::uint8_t { kRequest, kIndication, kSuccess, kError };

// Only Binding (RFC 8489 §18.2) is spoken here; every other method is an unsupported message.
inline constexpr std::uint16_t kBindingMethod = 0x001;

namespace attribute {
inline constexpr std::uint16_t kMappedAddress = 0x0001;
inline constexpr std::uint16_t kUsername = 0x0006;
inline constexpr std::uint16_t kMessageIntegrity = 0x0008;
inline constexpr std::uint16_t kErrorCode = 0x0009;
inline constexpr std::uint16_t kUnknownAttributes = 0x000A;
inline constexpr std::uint16_t kRealm = 0x0014;
inline constexpr std::uint16_t kNonce = 0x0015;
inline constexpr std::uint16_t kMessageIntegritySha256 = 0x001C;
inline constexpr std::uint16_t kXorMappedAddress = 0x0020;
inline constexpr std::uint16_t kPriority = 0x0024;
inline constexpr std::uint16_t kUseCandidate = 0x0025;
inline constexpr std::uint16_t kSoftware = 0x8022;
inline constexpr std::uint16_t kFingerprint = 0x8028;
inline constexpr std::uint16_t kIceControlled = 0x8029;
inline constexpr std::uint16_t kIceControlling = 0x802A;
// draft-thatcher-ice-renomination-01, with the number that Chromium and Safari send (libwebrtc).
inline constexpr std::uint16_t kNomination = 0xC001;
}  // namespace attribute

enum class ParseError : std::uint8_t {
  kNotStun,               // the first bits, the cookie or the length say so
  kUnsupportedMethod,     // STUN, but not Binding
  kTruncatedAttribute,    // an attribute runs past the end
  kTooManyAttributes,     // more than kAttributesMax
  kMalformedAttribute,    // a length or value that its attribute cannot have
  kFingerprintMismatch,   // FINGERPRINT is there and wrong
  kFingerprintMisplaced,  // something follows FINGERPRINT
};
inline constexpr std::size_t kParseErrors = 7;
std::string_view to_string(ParseError error);

using TransactionId = std::array<std::uint8_t, 12>;

// The two halves of an ICE USERNAME as its receiver sees it: "<local ufrag>:<remote ufrag>"
// (RFC 8445 §7.2.2).
struct Username {
  std::string_view local;
  std::string_view remote;
};
// Nothing when there is not exactly one ':' with something on both sides.
std::optional<Username> split_username(std::string_view username);

// Whether a datagram may be STUN at all: what a demultiplexer asks first (RFC 7983 §7, and the
// magic cookie). Cheap; parse() decides.
bool looks_like_stun(ByteView datagram);

// The local ufrag of a Binding request, by which a shard finds the transport, without parsing the
// rest. Nothing if it is not a Binding request or carries no USERNAME of that form. Authenticates
// nothing.
std::optional<std::string_view> find_local_ufrag(ByteView datagram);

// A received message. Attributes that are absent are empty; of an attribute that comes twice the
// first counts (RFC 8489 §14); what follows MESSAGE-INTEGRITY is not believed (§14.5), FINGERPRINT
// aside, which is checked while parsing.
class Message {
 public:
  static std::expected<Message, ParseError> parse(ByteView datagram);

  Class message_class() const { return class_; }
  const TransactionId& transaction_id() const { return transaction_id_; }
  std::size_t size() const { return data_.size(); }

  // Empty when absent (a USERNAME of no bytes is malformed).
  std::string_view username() const { return username_; }
  std::string_view software() const { return software_; }
  std::optional<std::uint32_t> priority() const { return priority_; }
  bool use_candidate() const { return use_candidate_; }
  // The tie-breakers.
  std::optional<std::uint64_t> ice_controlling() const { return ice_controlling_; }
  std::optional<std::uint64_t> ice_controlled() const { return ice_controlled_; }
  std::optional<std::uint32_t> nomination() const { return nomination_; }
  std::optional<Endpoint> xor_mapped_address() const { return xor_mapped_address_; }
  // 300 to 699.
  std::optional<std::uint16_t> error_code() const { return error_code_; }
  bool has_fingerprint() const { return has_fingerprint_; }
  bool has_integrity() const { return integrity_at_ != 0; }

  // Whether MESSAGE-INTEGRITY is there and was made with this key. Constant time in the content.
  bool check_integrity(const IntegrityKey& key) const;

  // Comprehension-required attributes that we do not know (RFC 8489 §6.3.1), at most the first 8.
  std::span<const std::uint16_t> unknown_required() const {
    return std::span(unknown_).first(unknown_count_);
  }

 private:
  using Parsed = std::expected<void, ParseError>;
  Message() = default;
  Parsed read_attributes();
  Parsed read_attribute(std::uint16_t type, ByteView value);
  Parsed read_error_code(ByteView value);
  Parsed check_fingerprint(std::size_t at, ByteView value);
  void note_unknown(std::uint16_t type);

  ByteView data_;
  Class class_ = Class::kRequest;
  TransactionId transaction_id_{};
  std::string_view username_;
  std::string_view software_;
  std::optional<std::uint32_t> priority_;
  std::optional<std::uint32_t> nomination_;
  std::optional<std::uint64_t> ice_controlling_;
  std::optional<std::uint64_t> ice_controlled_;
  std::optional<Endpoint> xor_mapped_address_;
  std::optional<std::uint16_t> error_code_;
  std::size_t integrity_at_ = 0;  // where the attribute's header begins; 0: absent
  bool use_candidate_ = false;
  bool has_fingerprint_ = false;
  std::uint8_t unknown_count_ = 0;
  std::array<std::uint16_t, 8> unknown_{};
};

}  // namespace confab::stun
