#include "rtc/stun/message.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "rtc/stun/builder.h"
#include "rtc/stun/wire.h"

namespace confab::stun {
namespace {

// RFC 5769: the password of §2.1 to §2.3.
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769 §2.1.
constexpr std::uint8_t kRequest[] = {
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73,
    0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
    0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09,
    0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14,
    0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
    0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf};

// RFC 5769 §2.2.
constexpr std::uint8_t kResponseV4[] = {
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9,
    0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};

// RFC 5769 §2.3.
constexpr std::uint8_t kResponseV6[] = {
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa,
    0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14,
    0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75,
    0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c};

// A Binding request with these attributes: {type, value}. No sums.
std::vector<std::uint8_t> raw_request(
    const std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>>& attributes) {
  std::vector<std::uint8_t> out(2048);
  ByteWriter writer(out);
  writer.u16(0x0001);
  writer.u16(0);
  writer.u32(kMagicCookie);
  writer.zeros(12);
  for (const auto& [type, value] : attributes) {
    writer.u16(type);
    writer.u16(static_cast<std::uint16_t>(value.size()));
    writer.bytes(value);
    writer.zeros(padded(value.size()) - value.size());
  }
  EXPECT_TRUE(writer.ok());
  out.resize(writer.size());
  store_be16(&out[2], static_cast<std::uint16_t>(out.size() - kHeaderBytes));
  return out;
}

ParseError error_of(ByteView datagram) {
  const auto parsed = Message::parse(datagram);
  EXPECT_FALSE(parsed.has_value());
  return parsed ? ParseError{} : parsed.error();
}

TEST(StunMessage, ReadsTheSampleRequestOfRfc5769) {
  const auto message = Message::parse(kRequest);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->message_class(), Class::kRequest);
  EXPECT_EQ(message->transaction_id()[0], 0xb7);
  EXPECT_EQ(message->transaction_id()[11], 0xae);
  EXPECT_EQ(message->username(), "evtj:h6vY");
  EXPECT_EQ(message->software(), "STUN test client");
  EXPECT_EQ(message->priority(), 0x6e0001ffu);
  EXPECT_EQ(message->ice_controlled(), 0x932ff9b151263b36u);
  EXPECT_FALSE(message->ice_controlling().has_value());
  EXPECT_FALSE(message->use_candidate());
  EXPECT_TRUE(message->has_fingerprint());
  EXPECT_TRUE(message->unknown_required().empty());
  EXPECT_TRUE(message->check_integrity(IntegrityKey(kPassword)));
}

TEST(StunMessage, ReadsTheSampleResponsesOfRfc5769) {
  const IntegrityKey key(kPassword);
  const auto v4 = Message::parse(kResponseV4);
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->message_class(), Class::kSuccess);
  EXPECT_EQ(v4->software(), "test vector");
  EXPECT_EQ(v4->xor_mapped_address(), Endpoint::parse("192.0.2.1:32853"));
  EXPECT_TRUE(v4->check_integrity(key));

  const auto v6 = Message::parse(kResponseV6);
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->xor_mapped_address(),
            Endpoint::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
  EXPECT_TRUE(v6->check_integrity(key));
}

TEST(StunMessage, RefusesIntegrityOfAnotherPasswordAndOfNone) {
  const auto message = Message::parse(kRequest);
  ASSERT_TRUE(message.has_value());
  EXPECT_FALSE(message->check_integrity(IntegrityKey("VOkJxbRl1RmTxUk/WvJxBT")));

  const auto bare = raw_request({});
  EXPECT_FALSE(Message::parse(bare)->check_integrity(IntegrityKey(kPassword)));
}

TEST(StunMessage, AKeyChecksManyMessages) {
  const IntegrityKey key(kPassword);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Message::parse(kRequest)->check_integrity(key));
    EXPECT_TRUE(Message::parse(kResponseV4)->check_integrity(key));
  }
}

TEST(StunMessage, NoticesEveryFlippedBit) {
  // Given the sample request, whose FINGERPRINT covers everything before it.
  const IntegrityKey key(kPassword);
  for (std::size_t bit = 0; bit < sizeof(kRequest) * 8; ++bit) {
    std::vector<std::uint8_t> bytes(std::begin(kRequest), std::end(kRequest));
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
    // When one bit is changed, then it does not parse, or proves nothing: only what lies behind
    // the integrity (FINGERPRINT's own header, turned into an unknown attribute) may pass.
    const auto message = Message::parse(bytes);
    const bool inside_fingerprint = bit / 8 >= sizeof(kRequest) - 8;
    if (message && !inside_fingerprint) {
      EXPECT_FALSE(message->check_integrity(key)) << "bit " << bit;
    }
  }
}

TEST(StunMessage, RefusesWhatIsNotStun) {
  EXPECT_EQ(error_of({}), ParseError::kNotStun);
  EXPECT_EQ(error_of(ByteView(kRequest).first(19)), ParseError::kNotStun);
  // A length that is not the datagram's.
  EXPECT_EQ(error_of(ByteView(kRequest).first(104)), ParseError::kNotStun);
  auto bytes = raw_request({});
  bytes[4] ^= 1;  // RFC 3489 had no cookie
  EXPECT_EQ(error_of(bytes), ParseError::kNotStun);
  bytes = raw_request({});
  bytes[0] = 0x80;  // RTP
  EXPECT_EQ(error_of(bytes), ParseError::kNotStun);
  bytes = raw_request({});
  bytes[1] = 0x03;  // TURN Allocate
  EXPECT_EQ(error_of(bytes), ParseError::kUnsupportedMethod);
}

TEST(StunMessage, TellsTheFourClassesApart) {
  auto bytes = raw_request({});
  EXPECT_EQ(Message::parse(bytes)->message_class(), Class::kRequest);
  store_be16(bytes.data(), 0x0011);
  EXPECT_EQ(Message::parse(bytes)->message_class(), Class::kIndication);
  store_be16(bytes.data(), 0x0101);
  EXPECT_EQ(Message::parse(bytes)->message_class(), Class::kSuccess);
  store_be16(bytes.data(), 0x0111);
  EXPECT_EQ(Message::parse(bytes)->message_class(), Class::kError);
}

TEST(StunMessage, RefusesAnAttributeThatRunsPastTheEnd) {
  auto bytes = raw_request({{attribute::kPriority, {1, 2, 3, 4}}});
  store_be16(&bytes[22], 8);
  EXPECT_EQ(error_of(bytes), ParseError::kTruncatedAttribute);
  // The value fits, its padding does not.
  store_be16(&bytes[22], 5);
  EXPECT_EQ(error_of(bytes), ParseError::kTruncatedAttribute);
}

TEST(StunMessage, RefusesValuesThatAnAttributeCannotHave) {
  const std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> malformed = {
      {attribute::kUsername, {}},
      {attribute::kUsername, std::vector<std::uint8_t>(kUsernameBytesMax + 1, 'a')},
      {attribute::kSoftware, std::vector<std::uint8_t>(kTextBytesMax + 1, 'a')},
      {attribute::kPriority, {1, 2, 3}},
      {attribute::kNomination, {1, 2, 3, 4, 5}},
      {attribute::kIceControlling, {1, 2, 3, 4}},
      {attribute::kIceControlled, {}},
      {attribute::kUseCandidate, {1}},
      {attribute::kMessageIntegrity, std::vector<std::uint8_t>(16)},
      {attribute::kFingerprint, {1, 2, 3}},
      {attribute::kXorMappedAddress, {0, 1, 0, 0}},
      {attribute::kXorMappedAddress, {0, 3, 0, 0, 0, 0, 0, 0}},
      {attribute::kErrorCode, {0, 0, 4}},
      {attribute::kErrorCode, {0, 0, 2, 0}},
      {attribute::kErrorCode, {0, 0, 4, 100}},
  };
  for (const auto& one : malformed) {
    EXPECT_EQ(error_of(raw_request({one})), ParseError::kMalformedAttribute)
        << "type " << one.first << " size " << one.second.size();
  }
}

TEST(StunMessage, OfAnAttributeTwiceTheFirstCounts) {
  const auto bytes =
      raw_request({{attribute::kPriority, {0, 0, 0, 1}}, {attribute::kPriority, {0, 0, 0, 2}}});
  EXPECT_EQ(Message::parse(bytes)->priority(), 1u);
}

TEST(StunMessage, IgnoresWhatFollowsTheIntegrity) {
  const auto bytes = raw_request({{attribute::kMessageIntegrity, std::vector<std::uint8_t>(20)},
                                  {attribute::kUseCandidate, {}},
                                  {0x0055, {1}}});
  const auto message = Message::parse(bytes);
  ASSERT_TRUE(message.has_value());
  EXPECT_FALSE(message->use_candidate());
  EXPECT_TRUE(message->unknown_required().empty());
}

TEST(StunMessage, ListsUnknownAttributesThatHaveToBeUnderstood) {
  const auto bytes = raw_request({{0x0055, {1}}, {0xC057, {1, 2, 3, 4}}, {0x7fff, {}}});
  const auto message = Message::parse(bytes);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(std::vector(message->unknown_required().begin(), message->unknown_required().end()),
            (std::vector<std::uint16_t>{0x0055, 0x7fff}));
}

TEST(StunMessage, RefusesTooManyAttributesAndAMisplacedFingerprint) {
  std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> many(kAttributesMax,
                                                                        {0xC057, {}});
  EXPECT_TRUE(Message::parse(raw_request(many)).has_value());
  many.push_back({0xC057, {}});
  EXPECT_EQ(error_of(raw_request(many)), ParseError::kTooManyAttributes);

  std::vector<std::uint8_t> bytes(std::begin(kResponseV4), std::end(kResponseV4));
  bytes.back() ^= 1;
  EXPECT_EQ(error_of(bytes), ParseError::kFingerprintMismatch);

  auto trailing = raw_request({{attribute::kFingerprint, {0, 0, 0, 0}}, {0xC057, {}}});
  store_be32(&trailing[24], fingerprint_of(ByteView(trailing).first(20)));
  EXPECT_EQ(error_of(trailing), ParseError::kFingerprintMisplaced);
}

TEST(StunMessage, SplitsUsernames) {
  ASSERT_TRUE(split_username("local:remote").has_value());
  EXPECT_EQ(split_username("local:remote")->local, "local");
  EXPECT_EQ(split_username("local:remote")->remote, "remote");
  for (const std::string_view bad : {"", "local", "local:", ":remote", ":", "a:b:c"}) {
    EXPECT_FALSE(split_username(bad).has_value()) << bad;
  }
}

TEST(StunMessage, FindsTheUfragWithoutParsing) {
  EXPECT_EQ(find_local_ufrag(kRequest), "evtj");
  EXPECT_FALSE(find_local_ufrag(kResponseV4).has_value());
  EXPECT_FALSE(find_local_ufrag(ByteView(kRequest).first(60)).has_value());
  EXPECT_FALSE(find_local_ufrag(raw_request({})).has_value());
  EXPECT_FALSE(find_local_ufrag(raw_request({{attribute::kUsername, {'a'}}})).has_value());
}

TEST(StunMessage, RandomBytesBehindAHeaderNeverBreakIt) {
  SeededRandom random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> bytes(kHeaderBytes + 4 * random.between(0, 40));
    random.fill(bytes);
    store_be16(bytes.data(), 0x0001);
    store_be16(&bytes[2], static_cast<std::uint16_t>(bytes.size() - kHeaderBytes));
    store_be32(&bytes[4], kMagicCookie);
    const auto message = Message::parse(bytes);
    if (message) {
      EXPECT_EQ(message->size(), bytes.size());
    }
  }
}

}  // namespace
}  // namespace confab::stun
