#include "platform/auth/token_signer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "platform/auth/base64url.h"
#include "platform/auth/turn_credentials.h"

namespace confab::auth {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

class TokenSignerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "confab-auth-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "token.key").string(); }
  ResumeToken token() {
    return {"abc-defg-hij", ParticipantId::random(random_), "Zoë", "print", kNow + 1000};
  }

  std::filesystem::path folder_;
  SeededRandom random_{7};
};

TEST_F(TokenSignerTest, gives_back_what_it_signed_after_a_restart_too) {
  const ResumeToken in = token();
  const std::string text = TokenSigner::open(path(), random_)->sign(in);
  const auto again = TokenSigner::open(path(), random_);
  ASSERT_TRUE(again) << again.error().message;
  const auto out = again->verify(text, kNow);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->room, in.room);
  EXPECT_EQ(out->participant, in.participant);
  EXPECT_EQ(out->name, in.name);
  EXPECT_EQ(out->granted_to, "print");
}

TEST_F(TokenSignerTest, refuses_every_single_changed_character) {
  const auto signer = TokenSigner::open(path(), random_);
  const std::string text = signer->sign(token());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer->verify(changed, kNow)) << i;
    EXPECT_FALSE(signer->verify(text.substr(0, i), kNow)) << i;
  }
}

TEST_F(TokenSignerTest, refuses_an_expired_token) {
  const auto signer = TokenSigner::open(path(), random_);
  const std::string text = signer->sign(token());
  EXPECT_TRUE(signer->verify(text, kNow + 999));
  EXPECT_FALSE(signer->verify(text, kNow + 1000));
}

TEST_F(TokenSignerTest, refuses_the_token_of_another_key) {
  const auto one = TokenSigner::open(path(), random_);
  const auto other = TokenSigner::open(path() + "2", random_);
  EXPECT_FALSE(other->verify(one->sign(token()), kNow));
}

TEST_F(TokenSignerTest, ties_a_host_key_to_its_room_and_kind) {
  const auto signer = TokenSigner::open(path(), random_);
  const std::string key = signer->host_key("abc-defg-hij");
  EXPECT_TRUE(signer->is_host_key(key, "abc-defg-hij"));
  EXPECT_FALSE(signer->is_host_key(key, "abc-defg-hik"));
  EXPECT_FALSE(signer->is_host_key(signer->sign(token()), "abc-defg-hij"));
  EXPECT_FALSE(signer->verify("r1" + key.substr(2), kNow));
  EXPECT_FALSE(signer->is_host_key("", "abc-defg-hij"));
}

TEST_F(TokenSignerTest, keeps_its_key_to_the_owner_and_refuses_one_that_others_may_read) {
  ASSERT_TRUE(TokenSigner::open(path(), random_));
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
  EXPECT_FALSE(TokenSigner::open(path(), random_));
}

TEST_F(TokenSignerTest, refuses_a_key_of_the_wrong_size_and_names_the_file) {
  std::ofstream(path()) << "short";
  ASSERT_EQ(::chmod(path().c_str(), 0600), 0);
  const auto opened = TokenSigner::open(path(), random_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find(path()), std::string::npos);
}

TEST(Base64Url, is_the_inverse_of_itself_and_has_one_text_per_value) {
  // RFC 4648 §10, without padding.
  EXPECT_EQ(base64url_encode(as_bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode(as_bytes("fooba")), "Zm9vYmE");
  EXPECT_EQ(base64url_encode(as_bytes("foob")), "Zm9vYg");
  for (const char* text : {"", "f", "fo", "foo", "foob"}) {
    EXPECT_EQ(base64url_decode(base64url_encode(as_bytes(text))), text);
  }
  for (const char* bad : {"Zg==", "Zh", "A", "Zm9 ", "Zm+v"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
}

TEST(TurnCredentials, are_what_the_turn_server_computes) {
  // printf %s 1700000000:pt_1 | openssl dgst -sha1 -hmac secret -binary | base64
  const TurnCredentials made = turn_credentials("secret", "pt_1", 1'700'000'000);
  EXPECT_EQ(made.username, "1700000000:pt_1");
  EXPECT_EQ(made.credential, "KImEXBKqm0V1fxY+q1BOocz78jg=");
}

TEST_F(TokenSignerTest, of_processes_that_share_a_key_believes_the_other) {
  const std::string key = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
  const auto one = TokenSigner::from_hex(key);
  const auto other = TokenSigner::from_hex(key);
  ASSERT_TRUE(one && other);
  EXPECT_TRUE(other->is_host_key(one->host_key("abc-defg-hij"), "abc-defg-hij"));
  for (const std::string& wrong : {std::string(), key.substr(1), key + "0", "zz" + key.substr(2)}) {
    EXPECT_FALSE(TokenSigner::from_hex(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace confab::auth
