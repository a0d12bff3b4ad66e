#include "platform/auth/jwt.h"

#include <set>

#include "gtest/gtest.h"
#include "platform/auth/base64url.h"
#include "platform/auth/rfc_vectors.h"
#include "platform/auth/scopes.h"

namespace confab::auth {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kSecret(32, 's');

// The name of what is wrong, or "".
std::string verdict(std::string_view text, const VerifyKey& key, std::int64_t now_s = kNow,
                    std::string_view audience = {}) {
  const auto token = read_token(text);
  if (!token) return std::string(refusal_name(token.error()));
  const auto checked = check_token(*token, key, audience, now_s);
  return checked ? "" : std::string(refusal_name(checked.error()));
}

// As others write it: header and claims in their own words.
std::string signed_text(std::string_view header, std::string_view claims,
                        std::string_view secret = kSecret) {
  const std::string text =
      base64url_encode(as_bytes(header)) + '.' + base64url_encode(as_bytes(claims));
  return text + '.' + base64url_encode(as_bytes(SigningKey::hmac(secret)->sign(text)));
}

std::string with_header(std::string_view header) {
  return signed_text(header, R"({"exp":1700000600})");
}
std::string with_claims(std::string_view claims) {
  return signed_text(R"({"alg":"HS256","typ":"JWT"})", claims);
}

const VerifyKey& key() {
  static const VerifyKey kKey = VerifyKey::hmac(kSecret).value();
  return kKey;
}

TEST(Jwt, takes_the_tokens_that_the_rfc_publishes_in_their_hour_alone) {
  const std::string token = vectors::compact(vectors::kHmacHeader, vectors::kHmacSignature);
  const auto published = VerifyKey::hmac(*base64url_decode(vectors::kHmacSecret));
  EXPECT_EQ(verdict(token, *published, vectors::kExpiresAtS - 3600), "");
  EXPECT_EQ(verdict(token, *published, vectors::kExpiresAtS + 3600), "expired");
  EXPECT_EQ(read_token(token)->claims.issuer, "joe");
}

TEST(Jwt, says_the_same_after_signing_and_reading) {
  Claims claims;
  claims.issuer = "AKexample";
  claims.subject = "user-1";
  claims.name = "Zoë \"x\"";
  claims.id = "t1";
  claims.authorized_party = "AKexample";
  claims.audience = {"a", "b"};
  claims.expires_at_s = kNow + 600;
  claims.not_before_s = 0;
  claims.issued_at_s = kNow;
  claims.metadata = R"({"any":"thing"})";
  claims.attributes = {{"team", "red"}};
  claims.video = {.room_admin = true,
                  .room_join = true,
                  .room = "abc-defg-hij",
                  .sources = 0b0011,
                  .can_subscribe = false,
                  .can_publish_data = false,
                  .hidden = true};
  claims.role = TokenRole::kCohost;
  claims.lobby = LobbyClaim::kBypass;
  claims.features = {"recording"};
  const SigningKey signer = SigningKey::make_p256();
  const std::string text = sign_token(claims, signer, "key-1");
  const auto read = read_token(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key_id, "key-1");
  EXPECT_EQ(read->algorithm, Algorithm::kEs256);
  EXPECT_EQ(read->claims, claims);
  EXPECT_EQ(verdict(text, signer.verify_key()), "");
}

TEST(Jwt, is_checked_by_the_algorithm_of_its_key_and_no_other) {
  // The public key of a provider, used as a secret: what broke many libraries (RFC 8725 §2.1).
  const SigningKey provider = SigningKey::make_p256();
  EXPECT_EQ(verdict(with_header(R"({"alg":"HS256"})"), provider.verify_key()), "wrong_algorithm");
  Claims claims;
  claims.expires_at_s = kNow + 60;
  EXPECT_EQ(verdict(sign_token(claims, provider, ""), key()), "wrong_algorithm");
}

TEST(Jwt, refuses_algorithms_that_are_not_on_the_list_by_whatever_spelling) {
  for (const char* word : {"none", "None", "NONE", "", "hs256", "HS256 ", "HS384", "HS512", "RS384",
                           "PS256", "ES384", "ES256K", "Ed25519"}) {
    const std::string header = R"({"alg":")" + std::string(word) + "\"}";
    EXPECT_EQ(verdict(with_header(header), key()), "algorithm") << word;
  }
  for (const char* header : {R"({})", R"({"alg":5})", R"({"alg":null})", R"({"alg":["HS256"]})"}) {
    EXPECT_EQ(verdict(with_header(header), key()), "algorithm") << header;
  }
}

TEST(Jwt, refuses_a_token_without_a_signature) {
  const std::string token = with_header(R"({"alg":"HS256"})");
  EXPECT_EQ(verdict(token.substr(0, token.rfind('.') + 1), key()), "signature");
  EXPECT_EQ(verdict(token.substr(0, token.rfind('.')), key()), "malformed");
}

TEST(Jwt, refuses_tokens_that_bring_their_key_or_ask_for_extensions) {
  for (const char* parameter :
       {R"("jwk":{"kty":"oct"})", R"("jku":"https://evil.example/keys")",
        R"("x5u":"https://evil.example/x")", R"("x5c":["AA=="])", R"("crit":["exp"])",
        R"("b64":false)", R"("zip":"DEF")", R"("enc":"A128GCM")"}) {
    const std::string header = R"({"alg":"HS256",)" + std::string(parameter) + "}";
    EXPECT_EQ(verdict(with_header(header), key()), "header") << parameter;
  }
  EXPECT_EQ(verdict(with_header(R"({"alg":"HS256","kid":7})"), key()), "header");
}

TEST(Jwt, refuses_what_is_too_large_before_it_is_read) {
  EXPECT_EQ(verdict(std::string(kTokenBytesMax + 1, 'A'), key()), "too_large");
  EXPECT_EQ(verdict(std::string(kTokenBytesMax, 'A'), key()), "malformed");
}

TEST(Jwt, refuses_what_is_no_token) {
  for (const char* text : {"", ".", "..", "a.b.c", "a.b.c.d", "r1.AAAA.BBBB", "e30.e30.",
                           "e30=.e30.AAAA", "W10.e30.AAAA"}) {
    const std::string said = verdict(text, key());
    EXPECT_TRUE(said == "malformed" || said == "algorithm") << text << ": " << said;
  }
}

TEST(Jwt, allows_clocks_half_a_minute_and_not_more) {
  EXPECT_EQ(verdict(with_claims(R"({"exp":1699999971})"), key()), "");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1699999970})"), key()), "expired");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"nbf":1700000030})"), key()), "");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"nbf":1700000031})"), key()), "not_yet");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"iat":1700000030})"), key()), "");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"iat":1700000031})"), key()), "not_yet");
}

TEST(Jwt, is_good_for_a_day_at_the_most) {
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700086400})"), key()), "");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700086431})"), key()), "lifetime");
  // Made long ago for long: the same, though its end is near.
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"iat":1600000000})"), key()), "lifetime");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700086400,"iat":1700000000})"), key()), "");
  // Where it does not say when it was made, from its beginning.
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"nbf":1600000000})"), key()), "lifetime");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"nbf":1699999000})"), key()), "");
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600,"nbf":0})"), key()), "");
}

TEST(Jwt, needs_an_end_and_claims_of_their_types) {
  for (const char* claims :
       {R"({})", R"({"exp":"soon"})", R"({"exp":-1})", R"({"exp":1e300})", "[]", "null", "{",
        R"({"exp":1700000600,"video":[]})", R"({"exp":1700000600,"role":"king"})",
        R"({"exp":1700000600,"lobby":"open"})", R"({"exp":1700000600,"video":{"roomJoin":"yes"}})",
        R"({"exp":1700000600,"aud":7})", R"({"exp":1700000600,"features":{}})"}) {
    EXPECT_EQ(verdict(with_claims(claims), key()), "claims") << claims;
  }
  // RFC 7519 §2: a NumericDate may have a fraction.
  EXPECT_EQ(verdict(with_claims(R"({"exp":1700000600.5,"unknown":{"x":[1]}})"), key()), "");
}

TEST(Jwt, is_for_us_where_that_is_asked) {
  const auto said = [](const char* claims) {
    return verdict(with_claims(claims), key(), kNow, "us");
  };
  EXPECT_EQ(said(R"({"exp":1700000600,"aud":"us"})"), "");
  EXPECT_EQ(said(R"({"exp":1700000600,"aud":["them","us"]})"), "");
  EXPECT_EQ(said(R"({"exp":1700000600,"aud":"them"})"), "audience");
  EXPECT_EQ(said(R"({"exp":1700000600})"), "audience");
}

VideoGrant video_of(std::string_view grant) {
  const auto claims = read_claims(R"({"exp":1,"video":)" + std::string(grant) + "}");
  EXPECT_TRUE(claims) << claims.error().message;
  return claims ? claims->video : VideoGrant{};
}

TEST(VideoGrant, has_the_defaults_of_livekit) {
  const VideoGrant none = video_of("{}");
  EXPECT_FALSE(none.room_join || none.room_create || none.room_list || none.room_admin);
  EXPECT_FALSE(none.sources) << "what the role has";
  EXPECT_FALSE(none.can_publish_data);
  EXPECT_TRUE(none.can_subscribe);
  EXPECT_FALSE(none.can_update_own_metadata || none.hidden || none.recorder);
}

TEST(VideoGrant, lets_nobody_publish_data_who_may_not_publish_unless_it_says_so) {
  EXPECT_EQ(video_of(R"({"canPublish":false})").can_publish_data, false);
  EXPECT_EQ(video_of(R"({"canPublish":true})").can_publish_data, true);
  EXPECT_EQ(video_of(R"({"canPublish":false,"canPublishData":true})").can_publish_data, true);
  EXPECT_EQ(video_of(R"({"canPublishData":false})").can_publish_data, false);
}

TEST(VideoGrant, names_sources_and_an_empty_list_names_none) {
  EXPECT_EQ(video_of(R"({"canPublishSources":["microphone"]})").sources, 0b0010);
  EXPECT_EQ(video_of(R"({"canPublishSources":["screen_share","screen_share_audio"]})").sources,
            0b1100);
  EXPECT_EQ(video_of(R"({"canPublishSources":[]})").sources, std::nullopt);
  EXPECT_EQ(video_of(R"({"canPublish":true,"canPublishSources":[]})").sources, kAllTokenSources);
  EXPECT_EQ(video_of(R"({"canPublishSources":["hologram"]})").sources, 0);
  EXPECT_EQ(video_of(R"({"canPublish":false,"canPublishSources":["camera"]})").sources, 0);
}

TEST(Refusals, have_a_name_each) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRefusals; ++i) names.insert(refusal_name(static_cast<Refusal>(i)));
  EXPECT_EQ(names.size(), kRefusals);
}

TEST(Scopes, are_written_as_they_are_read) {
  EXPECT_EQ(Scopes::parse("join,rooms")->to_string(), "join,rooms");
  EXPECT_EQ(Scopes::all().to_string(), "join,rooms,tokens,webhooks,keys,ops");
  for (const char* wrong : {"", "join,", ",join", "join rooms", "admin"}) {
    EXPECT_FALSE(Scopes::parse(wrong)) << wrong;
  }
  EXPECT_TRUE(Scopes::all().covers(*Scopes::parse("ops")));
  EXPECT_FALSE(Scopes::parse("join")->covers(*Scopes::parse("join,ops")));
}

TEST(Scopes, of_a_key_bound_what_its_tokens_grant) {
  EXPECT_EQ(scopes_of(VideoGrant{.room_join = true}), *Scopes::parse("join"));
  EXPECT_EQ(scopes_of(VideoGrant{.room_admin = true, .room_join = true}),
            *Scopes::parse("join,rooms"));
  EXPECT_EQ(scopes_of(VideoGrant{}), Scopes());
}

TEST(Scopes, with_join_alone_make_nobody_a_host_nor_unseen_nor_past_the_lobby) {
  const auto needed = [](const char* claims) {
    return scopes_needed(*read_claims(R"({"exp":1,)" + std::string(claims) + "}")).to_string();
  };
  EXPECT_EQ(needed(R"("video":{"roomJoin":true})"), "join");
  EXPECT_EQ(needed(R"("video":{"roomJoin":true},"role":"participant","lobby":"wait")"), "join");
  EXPECT_EQ(needed(R"("video":{"roomJoin":true},"role":"viewer")"), "join");
  EXPECT_EQ(needed(R"("video":{"roomJoin":true},"role":"cohost")"), "join,rooms");
  EXPECT_EQ(needed(R"("video":{"roomJoin":true},"role":"host")"), "join,rooms");
  EXPECT_EQ(needed(R"("video":{"roomJoin":true},"lobby":"bypass")"), "join,rooms");
  EXPECT_EQ(needed(R"("video":{"roomJoin":true,"hidden":true})"), "join,rooms");
}

}  // namespace
}  // namespace confab::auth
