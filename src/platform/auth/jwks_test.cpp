#include "platform/auth/jwks.h"

#include "gtest/gtest.h"
#include "platform/auth/base64url.h"
#include "platform/auth/rfc_vectors.h"

namespace confab::auth {
namespace {

TEST(KeySet, checks_what_each_of_its_keys_has_signed) {
  const auto keys = KeySet::read(vectors::key_set());
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(keys->size(), 3u);
  const auto* rsa = keys->find("rsa", Algorithm::kRs256);
  ASSERT_NE(rsa, nullptr);
  EXPECT_TRUE(rsa->verify(std::string(vectors::kRsaHeader) + '.' + std::string(vectors::kPayload),
                          *base64url_decode(vectors::kRsaSignature)));
  EXPECT_NE(keys->find("p256", Algorithm::kEs256), nullptr);
  EXPECT_NE(keys->find("ed25519", Algorithm::kEdDsa), nullptr);
  EXPECT_EQ(keys->find("unknown", Algorithm::kEdDsa), nullptr);
}

TEST(KeySet, gives_back_what_we_publish) {
  const SigningKey key = SigningKey::make_p256();
  const auto keys = KeySet::read(R"({"keys":[)" + key.public_jwk("k-1") + "]}");
  ASSERT_TRUE(keys) << keys.error().message;
  const auto* found = keys->find("k-1", Algorithm::kEs256);
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->verify("text", key.sign("text")));
}

TEST(KeySet, passes_over_what_it_can_not_use_and_keeps_the_rest) {
  const std::string ed =
      R"("kty":"OKP","crv":"Ed25519","x":")" + std::string(vectors::kEd25519X) + "\"";
  const std::string text =
      R"({"keys":[{"kid":"a","kty":"oct","k":")" + std::string(vectors::kHmacSecret) +
      R"("},{"kid":"b",)" + ed + R"(,"use":"enc"},{"kid":"c",)" + ed + R"(,"alg":"ES256"},)" +
      R"({"kid":"d","kty":"EC","crv":"P-384","x":"AA","y":"AA"},{"kid":"e","kty":"RSA","n":5},)" +
      R"(7,{"kid":5,)" + ed + R"(},{"kid":"good",)" + ed + R"(,"use":"sig","alg":"EdDSA"},{)" + ed +
      "}]}";
  const auto keys = KeySet::read(text);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(keys->size(), 2u);
  EXPECT_EQ(keys->passed_over(), 7u);
  EXPECT_NE(keys->find("good", Algorithm::kEdDsa), nullptr);
  EXPECT_NE(keys->find("", Algorithm::kEdDsa), nullptr);
}

TEST(KeySet, refuses_what_is_no_set) {
  for (const char* text : {"", "{}", "[]", R"({"keys":{}})", "<html>", R"({"keys":null})"}) {
    EXPECT_FALSE(KeySet::read(text)) << text;
  }
  std::string many = R"({"keys":[{})";
  for (std::size_t i = 0; i < kJwksKeysMax; ++i) many += ",{}";
  EXPECT_FALSE(KeySet::read(many + "]}"));
}

class RemoteKeysTest : public testing::Test {
 protected:
  const VerifyKey* find(std::string_view id) { return keys_.find(id, Algorithm::kEdDsa, now_); }
  void fetch() {
    keys_.began(now_);
    ASSERT_TRUE(keys_.fetched(vectors::key_set(), now_));
  }
  void fail() {
    keys_.began(now_);
    keys_.failed();
  }

  Instant now_ = Instant{} + 1h;
  RemoteKeys keys_;
};

TEST_F(RemoteKeysTest, are_wanted_at_once_and_again_after_ten_minutes) {
  EXPECT_LE(keys_.next_fetch(), now_);
  fetch();
  EXPECT_NE(find("ed25519"), nullptr);
  EXPECT_EQ(keys_.next_fetch(), now_ + 10min);
  keys_.began(now_);
  EXPECT_EQ(keys_.next_fetch(), kNever);
}

TEST_F(RemoteKeysTest, are_asked_for_an_unknown_id_once_in_half_a_minute) {
  fetch();
  now_ += 1min;
  EXPECT_EQ(find("new"), nullptr);
  EXPECT_EQ(keys_.next_fetch(), now_);
  fetch();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(find("new" + std::to_string(i)), nullptr);
  EXPECT_EQ(keys_.next_fetch(), now_ + 30s);
}

TEST_F(RemoteKeysTest, go_on_for_a_day_while_the_provider_is_away) {
  fetch();
  now_ += 24h - 1s;
  fail();
  EXPECT_NE(find("ed25519"), nullptr);
  EXPECT_EQ(keys_.next_fetch(), now_ + 30s);
  now_ += 1s;
  EXPECT_EQ(find("ed25519"), nullptr);
  EXPECT_EQ(keys_.age(now_), Duration(24h));
}

TEST_F(RemoteKeysTest, keep_what_they_have_when_the_answer_is_none) {
  fetch();
  keys_.began(now_);
  EXPECT_FALSE(keys_.fetched("<html>", now_));
  EXPECT_NE(find("ed25519"), nullptr);
  EXPECT_EQ(keys_.next_fetch(), now_ + 30s);
}

}  // namespace
}  // namespace confab::auth
