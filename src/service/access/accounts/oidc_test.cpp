#include "service/access/accounts/oidc.h"

#include "base/bytes.h"
#include "gtest/gtest.h"
#include "platform/auth/base64url.h"
#include "platform/auth/fingerprint.h"

namespace confab::access {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const Client kClient{"https://id.example", "us", "secret&more", "https://meet.example/back"};
const Flow kFlow{"state", "nonce", "verifier", "/room/abc-defg-hij", kNow + 600};

std::string discovery(const std::string& issuer, const std::string& token_endpoint) {
  return R"({"issuer":")" + issuer + R"(","authorization_endpoint":"https://id.example/go",)" +
         R"("token_endpoint":")" + token_endpoint + R"(","jwks_uri":"https://id.example/keys"})";
}

TEST(Discovery, is_taken_from_the_issuer_that_was_asked_and_leads_nowhere_unsafe) {
  const auto good = read_discovery(discovery("https://id.example", "https://id.example/token"),
                                   "https://id.example");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->token, "https://id.example/token");
  EXPECT_TRUE(read_discovery(discovery("i", "http://127.0.0.1:1/token"), "i"));
  EXPECT_FALSE(
      read_discovery(discovery("https://evil.example", "https://x/token"), "https://id.example"));
  EXPECT_FALSE(read_discovery(discovery("i", "http://id.example/token"), "i"));
  EXPECT_FALSE(read_discovery(discovery("i", "http://127.0.0.1.evil.example/token"), "i"));
  EXPECT_FALSE(read_discovery(R"({"issuer":"i"})", "i"));
  EXPECT_FALSE(read_discovery("no json", "i"));
}

TEST(Flow, is_the_same_after_its_way_through_the_browser) {
  SeededRandom random(1);
  const Flow flow = begin_flow("/room/x", random, kNow);
  EXPECT_EQ(flow.state.size(), 43u);
  EXPECT_NE(flow.state, flow.nonce);
  EXPECT_NE(flow.nonce, flow.verifier);
  const auto back = read_flow(write_flow(flow));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->verifier, flow.verifier);
  EXPECT_EQ(back->next, "/room/x");
  EXPECT_EQ(back->ends_at_s, kNow + kFlowLifetimeS);
  EXPECT_FALSE(read_flow("{}"));
}

TEST(Authorization, says_who_asks_for_what_and_keeps_the_verifier_to_itself) {
  const std::string url = authorization_url({"https://id.example/go?a=1", "", ""}, kClient, kFlow);
  EXPECT_TRUE(url.starts_with("https://id.example/go?a=1&response_type=code&client_id=us&"));
  EXPECT_NE(url.find("redirect_uri=https%3A%2F%2Fmeet.example%2Fback"), std::string::npos);
  EXPECT_NE(
      url.find("&code_challenge=" + auth::fingerprint("verifier") + "&code_challenge_method=S256"),
      std::string::npos);
  EXPECT_EQ(url.find("verifier"), std::string::npos);
  const std::string body = token_request(kClient, kFlow, "a code");
  EXPECT_NE(body.find("code=a%20code"), std::string::npos);
  EXPECT_NE(body.find("code_verifier=verifier"), std::string::npos);
  // printf 'us:secret%26more' | base64
  EXPECT_EQ(client_credentials(kClient), "Basic dXM6c2VjcmV0JTI2bW9yZQ==");
}

// RFC 7636, appendix B.
TEST(Authorization, has_the_challenge_of_the_rfc) {
  EXPECT_EQ(auth::fingerprint("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

class IdToken : public testing::Test {
 protected:
  std::string sign(const std::string& payload) const {
    const std::string text =
        auth::base64url_encode(as_bytes(std::string_view(R"({"alg":"ES256","kid":"k"})"))) + '.' +
        auth::base64url_encode(as_bytes(std::string_view(payload)));
    return text + '.' + auth::base64url_encode(as_bytes(std::string_view(key_.sign(text))));
  }
  // With these claims besides what every one has.
  static std::string payload(const std::string& more, const std::string& audience = R"("us")",
                             const std::string& issuer = "https://id.example",
                             const std::string& nonce = "nonce",
                             std::int64_t expires_at_s = kNow + 300) {
    return R"({"iss":")" + issuer + R"(","sub":"7","aud":)" + audience + R"(,"nonce":")" + nonce +
           R"(","iat":)" + std::to_string(kNow) + R"(,"exp":)" + std::to_string(expires_at_s) +
           more + "}";
  }
  Result<Person> check(const std::string& text) const {
    const auto token = auth::read_token(text);
    if (!token) return fail(ErrorCode::kInvalidArgument, "not a token");
    return check_id_token(text, *token, key_.verify_key(), kClient, kFlow, kNow);
  }

  auth::SigningKey key_ = auth::SigningKey::make_p256();
};

TEST_F(IdToken, says_who_somebody_is_and_which_address_is_theirs) {
  const auto person =
      check(sign(payload(R"(,"name":"Ada","email":"ada@example.org","email_verified":true)")));
  ASSERT_TRUE(person) << person.error().message;
  EXPECT_EQ(person->subject, "7");
  EXPECT_EQ(person->email, "ada@example.org");
  EXPECT_EQ(person->name, "Ada");
  EXPECT_EQ(check(sign(payload(R"(,"email":"a@b","email_verified":"true")")))->email, "a@b");
}

TEST_F(IdToken, of_which_nobody_vouches_for_the_address_has_none) {
  EXPECT_EQ(check(sign(payload(R"(,"email":"a@b","email_verified":false)")))->email, "");
  EXPECT_EQ(check(sign(payload(R"(,"email":"a@b")")))->email, "");
}

TEST_F(IdToken, of_another_sign_in_client_issuer_or_time_is_refused) {
  EXPECT_FALSE(check(sign(payload("", R"("us")", "https://id.example", "another"))));
  EXPECT_FALSE(check(sign(payload("", R"("them")"))));
  EXPECT_FALSE(check(sign(payload("", R"(["us","them"])")))) << "for several, without azp";
  EXPECT_FALSE(check(sign(payload(R"(,"azp":"them")", R"(["us","them"])"))));
  EXPECT_TRUE(check(sign(payload(R"(,"azp":"us")", R"(["us","them"])"))));
  EXPECT_FALSE(check(sign(payload("", R"("us")", "https://evil.example"))));
  EXPECT_FALSE(check(sign(payload("", R"("us")", "https://id.example", "nonce", kNow - 60))));
}

TEST_F(IdToken, that_somebody_else_has_signed_is_refused) {
  const std::string good = sign(payload(""));
  ASSERT_TRUE(check(good));
  key_ = auth::SigningKey::make_p256();
  EXPECT_FALSE(check(good));
}

}  // namespace
}  // namespace confab::access
