#include "platform/ice_health/answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "rtc/stun/builder.h"

namespace confab::ice_health {
namespace {

constexpr stun::TransactionId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

std::vector<std::uint8_t> message(stun::Class kind, const stun::TransactionId& id) {
  std::array<std::uint8_t, 200> buffer{};
  stun::Builder builder(buffer, kind, id);
  if (kind == stun::Class::kSuccess) {
    builder.xor_mapped_address({IpAddress::v4(0x0a000001), 4242});
    builder.software("a server");
  }
  if (kind == stun::Class::kError) builder.error_code(stun::ErrorResponse::kBadRequest);
  const ByteView made = builder.finish(nullptr);
  return {made.begin(), made.end()};
}

TEST(IceHealthAnswer, an_answer_to_the_question_and_nothing_else_is_a_sign_of_life) {
  const Question question(kId);
  EXPECT_TRUE(question.is_answered_by(message(stun::Class::kSuccess, kId)));
  EXPECT_TRUE(question.is_answered_by(message(stun::Class::kError, kId)));
  EXPECT_FALSE(question.is_answered_by(message(stun::Class::kSuccess, {9})));
  EXPECT_FALSE(question.is_answered_by(question.bytes())) << "an echo server is no STUN server";
  EXPECT_FALSE(question.is_answered_by(message(stun::Class::kIndication, kId)));
  EXPECT_FALSE(question.is_answered_by(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")));
  EXPECT_FALSE(question.is_answered_by({}));
}

TEST(IceHealthAnswer, a_stream_is_read_as_far_as_its_message_goes) {
  const auto whole = message(stun::Class::kSuccess, kId);
  EXPECT_EQ(message_size(whole), whole.size());
  EXPECT_EQ(message_size(ByteView(whole).first(20)), whole.size());
  EXPECT_EQ(message_size(ByteView(whole).first(19)), std::nullopt);
  EXPECT_EQ(message_size(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")), 0u);
  auto endless = whole;
  endless[2] = 0xff;
  endless[3] = 0xfc;
  EXPECT_EQ(message_size(endless), 0u);
}

}  // namespace
}  // namespace confab::ice_health
