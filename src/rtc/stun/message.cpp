#include "rtc/stun/message.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "rtc/stun/wire.h"

namespace confab::stun {
namespace {

std::unexpected<ParseError> bad(ParseError error) {
  return std::unexpected(error);
}

// RFC 8489 §5: the class bits lie between the method's.
constexpr Class class_of(std::uint16_t type) {
  return static_cast<Class>(((type >> 4) & 0x1) | ((type >> 7) & 0x2));
}
constexpr std::uint16_t method_of(std::uint16_t type) {
  return static_cast<std::uint16_t>((type & 0x000F) | ((type >> 1) & 0x0070) |
                                    ((type >> 2) & 0x0F80));
}

bool has_plausible_header(ByteView datagram) {
  if (!looks_like_stun(datagram)) return false;
  const std::size_t length = load_be16(&datagram[2]);
  return length % 4 == 0 && length + kHeaderBytes == datagram.size();
}

struct Attribute {
  std::uint16_t type = 0;
  std::size_t at = 0;  // of its header in the message
  ByteView value;
};

// Walks the attributes of a message with a plausible header.
class AttributeReader {
 public:
  explicit AttributeReader(ByteView message) : reader_(message) { reader_.skip(kHeaderBytes); }

  bool at_end() const { return reader_.remaining() == 0; }
  // Nothing when the attribute runs past the end.
  std::optional<Attribute> next() {
    Attribute attribute;
    attribute.at = reader_.offset();
    attribute.type = reader_.u16();
    const std::size_t size = reader_.u16();
    attribute.value = reader_.bytes(size);
    reader_.skip(padded(size) - size);
    if (!reader_.ok()) return std::nullopt;
    return attribute;
  }

 private:
  ByteReader reader_;
};

bool is_known(std::uint16_t type) {
  switch (type) {
    case attribute::kMappedAddress:
    case attribute::kUsername:
    case attribute::kMessageIntegrity:
    case attribute::kErrorCode:
    case attribute::kUnknownAttributes:
    case attribute::kRealm:
    case attribute::kNonce:
    // RFC 8489 §9.1.2: a client that does not know its server yet sends it beside
    // MESSAGE-INTEGRITY, which is what is checked here. No browser sends it.
    case attribute::kMessageIntegritySha256:
    case attribute::kXorMappedAddress:
    case attribute::kPriority:
    case attribute::kUseCandidate:
      return true;
    default:
      return false;
  }
}

// RFC 8489 §14.2. Nothing when malformed.
std::optional<Endpoint> read_xor_address(ByteView value, const TransactionId& id) {
  ByteReader reader(value);
  reader.skip(1);
  const std::uint8_t family = reader.u8();
  const auto port = static_cast<std::uint16_t>(reader.u16() ^ (kMagicCookie >> 16));
  if (family == 1 && value.size() == 8) {
    return Endpoint{IpAddress::v4(reader.u32() ^ kMagicCookie), port};
  }
  if (family != 2 || value.size() != 20) return std::nullopt;
  std::array<std::uint8_t, 16> mask{};
  store_be32(mask.data(), kMagicCookie);
  std::copy(id.begin(), id.end(), mask.begin() + 4);
  std::array<std::uint8_t, 16> address{};
  for (std::size_t i = 0; i < address.size(); ++i) address[i] = value[4 + i] ^ mask[i];
  return Endpoint{IpAddress::v6(address), port};
}

}  // namespace

std::string_view to_string(ParseError error) {
  switch (error) {
    case ParseError::kNotStun:
      return "not_stun";
    case ParseError::kUnsupportedMethod:
      return "unsupported_method";
    case ParseError::kTruncatedAttribute:
      return "truncated_attribute";
    case ParseError::kTooManyAttributes:
      return "too_many_attributes";
    case ParseError::kMalformedAttribute:
      return "malformed_attribute";
    case ParseError::kFingerprintMismatch:
      return "fingerprint_mismatch";
    case ParseError::kFingerprintMisplaced:
      return "fingerprint_misplaced";
  }
  return "unknown";
}

std::optional<Username> split_username(std::string_view username) {
  const std::size_t colon = username.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == username.size()) {
    return std::nullopt;
  }
  const std::string_view remote = username.substr(colon + 1);
  if (remote.find(':') != std::string_view::npos) return std::nullopt;
  return Username{username.substr(0, colon), remote};
}

bool looks_like_stun(ByteView datagram) {
  return datagram.size() >= kHeaderBytes && datagram[0] <= 3 &&
         load_be32(&datagram[4]) == kMagicCookie;
}

std::optional<std::string_view> find_local_ufrag(ByteView datagram) {
  if (!has_plausible_header(datagram)) return std::nullopt;
  const std::uint16_t type = load_be16(datagram.data());
  if (method_of(type) != kBindingMethod || class_of(type) != Class::kRequest) return std::nullopt;
  AttributeReader attributes(datagram);
  for (std::size_t i = 0; i < kAttributesMax && !attributes.at_end(); ++i) {
    const std::optional<Attribute> attribute = attributes.next();
    if (!attribute) return std::nullopt;
    if (attribute->type != attribute::kUsername) continue;
    const std::optional<Username> username = split_username(as_chars(attribute->value));
    return username ? std::optional(username->local) : std::nullopt;
  }
  return std::nullopt;
}

std::expected<Message, ParseError> Message::parse(ByteView datagram) {
  if (!has_plausible_header(datagram)) return bad(ParseError::kNotStun);
  const std::uint16_t type = load_be16(datagram.data());
  if (method_of(type) != kBindingMethod) return bad(ParseError::kUnsupportedMethod);
  Message message;
  message.data_ = datagram;
  message.class_ = class_of(type);
  std::copy_n(datagram.begin() + 8, message.transaction_id_.size(),
              message.transaction_id_.begin());
  if (const Parsed parsed = message.read_attributes(); !parsed) return bad(parsed.error());
  return message;
}

Message::Parsed Message::read_attributes() {
  AttributeReader attributes(data_);
  for (std::size_t count = 0; !attributes.at_end(); ++count) {
    if (count == kAttributesMax) return bad(ParseError::kTooManyAttributes);
    if (has_fingerprint_) return bad(ParseError::kFingerprintMisplaced);
    const std::optional<Attribute> attribute = attributes.next();
    if (!attribute) return bad(ParseError::kTruncatedAttribute);
    Parsed parsed;
    if (attribute->type == attribute::kFingerprint) {
      parsed = check_fingerprint(attribute->at, attribute->value);
    } else if (has_integrity()) {
      continue;
    } else if (attribute->type == attribute::kMessageIntegrity) {
      if (attribute->value.size() != kIntegrityBytes) parsed = bad(ParseError::kMalformedAttribute);
      integrity_at_ = attribute->at;
    } else {
      parsed = read_attribute(attribute->type, attribute->value);
    }
    if (!parsed) return parsed;
  }
  return {};
}

Message::Parsed Message::read_attribute(std::uint16_t type, ByteView value) {
  ByteReader reader(value);
  bool well_formed = true;
  switch (type) {
    case attribute::kUsername:
      well_formed = !value.empty() && value.size() <= kUsernameBytesMax;
      if (username_.empty()) username_ = as_chars(value);
      break;
    case attribute::kSoftware:
      well_formed = value.size() <= kTextBytesMax;
      if (software_.empty()) software_ = as_chars(value);
      break;
    case attribute::kPriority:
      well_formed = value.size() == 4;
      if (!priority_) priority_ = reader.u32();
      break;
    case attribute::kNomination:
      well_formed = value.size() == 4;
      if (!nomination_) nomination_ = reader.u32();
      break;
    case attribute::kIceControlling:
      well_formed = value.size() == 8;
      if (!ice_controlling_) ice_controlling_ = reader.u64();
      break;
    case attribute::kIceControlled:
      well_formed = value.size() == 8;
      if (!ice_controlled_) ice_controlled_ = reader.u64();
      break;
    case attribute::kUseCandidate:
      well_formed = value.empty();
      use_candidate_ = true;
      break;
    case attribute::kXorMappedAddress:
      if (!xor_mapped_address_) {
        xor_mapped_address_ = read_xor_address(value, transaction_id_);
        well_formed = xor_mapped_address_.has_value();
      }
      break;
    case attribute::kErrorCode:
      return read_error_code(value);
    default:
      note_unknown(type);
      break;
  }
  return well_formed ? Parsed{} : Parsed(bad(ParseError::kMalformedAttribute));
}

// RFC 8489 §14.8: 21 bits unused, the hundreds in 3, the rest in 8, then text.
Message::Parsed Message::read_error_code(ByteView value) {
  ByteReader reader(value);
  reader.skip(2);
  const unsigned hundreds = reader.u8() & 0x7u;
  const unsigned rest = reader.u8();
  if (!reader.ok() || hundreds < 3 || hundreds > 6 || rest > 99 ||
      value.size() > 4 + kTextBytesMax) {
    return bad(ParseError::kMalformedAttribute);
  }
  if (!error_code_) error_code_ = static_cast<std::uint16_t>(hundreds * 100 + rest);
  return {};
}

Message::Parsed Message::check_fingerprint(std::size_t at, ByteView value) {
  if (value.size() != 4) return bad(ParseError::kMalformedAttribute);
  if (load_be32(value.data()) != fingerprint_of(data_.first(at))) {
    return bad(ParseError::kFingerprintMismatch);
  }
  has_fingerprint_ = true;
  return {};
}

void Message::note_unknown(std::uint16_t type) {
  // RFC 8489 §14: from 0x8000 on comprehension is optional.
  if (type >= 0x8000 || is_known(type) || unknown_count_ == unknown_.size()) return;
  unknown_[unknown_count_++] = type;
}

bool Message::check_integrity(const IntegrityKey& key) const {
  if (!has_integrity()) return false;
  const Integrity expected = integrity_of(data_.first(integrity_at_), key);
  const ByteView received = data_.subspan(integrity_at_ + kAttributeHeaderBytes, kIntegrityBytes);
  return CRYPTO_memcmp(expected.data(), received.data(), expected.size()) == 0;
}

}  // namespace confab::stun
