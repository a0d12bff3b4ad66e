#include "rtc/stun/builder.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace confab::stun {
namespace {

constexpr TransactionId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

TEST(StunBuilder, ARequestReadsBackAsItWasWritten) {
  const IntegrityKey key("secret of at least 22 characters");
  std::array<std::uint8_t, 256> buffer{};
  Builder builder(buffer, Class::kRequest, kId);
  builder.username("local:remote");
  builder.software("confab");
  builder.priority(1853824767);
  builder.ice_controlling(0x0102030405060708);
  builder.use_candidate();
  builder.nomination(7);
  const ByteView bytes = builder.finish(&key);

  const auto message = Message::parse(bytes);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->message_class(), Class::kRequest);
  EXPECT_EQ(message->transaction_id(), kId);
  EXPECT_EQ(message->username(), "local:remote");
  EXPECT_EQ(message->software(), "confab");
  EXPECT_EQ(message->priority(), 1853824767u);
  EXPECT_EQ(message->ice_controlling(), 0x0102030405060708u);
  EXPECT_TRUE(message->use_candidate());
  EXPECT_EQ(message->nomination(), 7u);
  EXPECT_TRUE(message->has_fingerprint());
  EXPECT_TRUE(message->check_integrity(key));
}

TEST(StunBuilder, MappedAddressesReadBack) {
  for (const char* text : {"192.0.2.1:32853", "[2001:db8::1]:1", "0.0.0.0:0", "[::]:65535"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint.has_value()) << text;
    std::array<std::uint8_t, 128> buffer{};
    Builder builder(buffer, Class::kSuccess, kId);
    builder.xor_mapped_address(*endpoint);
    const auto message = Message::parse(builder.finish(nullptr));
    ASSERT_TRUE(message.has_value()) << text;
    EXPECT_EQ(message->xor_mapped_address(), endpoint);
    EXPECT_FALSE(message->has_integrity());
  }
}

TEST(StunBuilder, ErrorsReadBackWithTheirCode) {
  for (const ErrorResponse code :
       {ErrorResponse::kBadRequest, ErrorResponse::kUnauthenticated,
        ErrorResponse::kUnknownAttribute, ErrorResponse::kRoleConflict}) {
    std::array<std::uint8_t, 128> buffer{};
    Builder builder(buffer, Class::kError, kId);
    builder.error_code(code);
    builder.unknown_attributes(std::array<std::uint16_t, 3>{1, 2, 3});
    const auto message = Message::parse(builder.finish(nullptr));
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->message_class(), Class::kError);
    EXPECT_EQ(message->error_code(), static_cast<std::uint16_t>(code));
  }
}

TEST(StunBuilder, ABufferThatIsTooSmallGivesNothing) {
  // Given the size that the message needs, when there is any less, then nothing comes out.
  const IntegrityKey key("password");
  const auto build = [&](MutableBytes out) {
    Builder builder(out, Class::kRequest, kId);
    builder.username("a:b");
    builder.xor_mapped_address(*Endpoint::parse("[2001:db8::1]:1"));
    return builder.finish(&key).size();
  };
  std::vector<std::uint8_t> buffer(256);
  const std::size_t needed = build(buffer);
  ASSERT_GT(needed, 0u);
  for (std::size_t size = 0; size < needed; ++size) {
    EXPECT_EQ(build(MutableBytes(buffer).first(size)), 0u) << size;
  }
  EXPECT_EQ(build(MutableBytes(buffer).first(needed)), needed);
}

}  // namespace
}  // namespace confab::stun
