#include "platform/auth/key_ring.h"

#include "gtest/gtest.h"
#include "platform/auth/base64url.h"
#include "platform/auth/rfc_vectors.h"

namespace confab::auth {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::int64_t kDay = 24 * 3600;
const std::string kSecret(40, 's');

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest() {
    set_keys({});
    ring_.know_revocations();
  }

  void set_keys(std::vector<ApiKey> more) {
    more.push_back({"AKjoin", "front end", *Scopes::parse("join"), kSecret, false});
    ring_.set_api_keys(more);
  }
  Claims claims(std::string issuer) {
    Claims out;
    out.issuer = std::move(issuer);
    out.subject = "u";
    out.id = "t1";
    out.expires_at_s = kNow + 600;
    out.video.room_join = true;
    return out;
  }
  std::string by_key(const Claims& claims) {
    return sign_token(claims, SigningKey::hmac(kSecret).value(), "");
  }
  std::string verdict(std::string_view token, std::int64_t now_s = kNow) {
    const auto checked = ring_.check(token, now_s, Instant{} + 1h);
    return checked ? "" : std::string(refusal_name(checked.error()));
  }
  void make_own_keys(std::int64_t now_s) {
    std::vector<OwnKey> keys;
    for (const std::int64_t generation : ring_.missing_generations(now_s)) {
      keys.push_back({generation, "g" + std::to_string(generation), SigningKey::make_p256()});
    }
    ring_.set_own_keys(std::move(keys));
  }
  void fetch_remote() {
    remote_.emplace(SigningKey::make_p256());
    ring_.remote().began(Instant{});
    ASSERT_TRUE(
        ring_.remote().fetched(R"({"keys":[)" + remote_->public_jwk("r") + "]}", Instant{} + 1h));
  }

  std::optional<SigningKey> remote_;
  KeyRing ring_{{.own_issuer = "confab", .audience = "", .remote_issuer = "https://id.example"}};
};

TEST_F(KeyRingTest, takes_the_token_of_an_api_key_and_counts_it) {
  EXPECT_EQ(verdict(by_key(claims("AKjoin"))), "");
  EXPECT_EQ(ring_.counts().accepted, 1u);
}

TEST_F(KeyRingTest, counts_every_refusal_by_its_reason) {
  EXPECT_EQ(verdict(by_key(claims("AKother"))), "unknown_key");
  EXPECT_EQ(verdict("x"), "malformed");
  EXPECT_EQ(verdict("y"), "malformed");
  EXPECT_EQ(ring_.counts().refused[static_cast<std::size_t>(Refusal::kUnknownKey)], 1u);
  EXPECT_EQ(ring_.counts().refused[static_cast<std::size_t>(Refusal::kMalformed)], 2u);
  EXPECT_EQ(ring_.counts().accepted, 0u);
}

TEST_F(KeyRingTest, says_to_wait_before_the_keys_were_read) {
  KeyRing fresh({.own_issuer = "confab", .audience = "", .remote_issuer = ""});
  const auto checked = fresh.check(by_key(claims("AKjoin")), kNow, Instant{});
  EXPECT_EQ(checked.error(), Refusal::kNotReady);
}

TEST_F(KeyRingTest, says_to_wait_before_the_revocations_were_read) {
  KeyRing fresh({.own_issuer = "confab", .audience = "", .remote_issuer = ""});
  fresh.set_api_keys({{"AKjoin", "", Scopes::all(), kSecret, false}});
  const std::string token = by_key(claims("AKjoin"));
  EXPECT_FALSE(fresh.is_ready());
  EXPECT_EQ(fresh.check(token, kNow, Instant{}).error(), Refusal::kNotReady);
  fresh.know_revocations();
  EXPECT_TRUE(fresh.check(token, kNow, Instant{}));
}

TEST_F(KeyRingTest, refuses_a_key_from_the_moment_in_which_it_is_revoked) {
  ring_.revoke_api_key("AKjoin");
  ring_.revoke_api_key("AKother");
  EXPECT_EQ(verdict(by_key(claims("AKjoin"))), "revoked");
  EXPECT_EQ(ring_.proven("AKjoin", kSecret), nullptr);
}

TEST_F(KeyRingTest, refuses_what_a_revoked_key_signed) {
  const std::string token = by_key(claims("AKjoin"));
  ring_.set_api_keys({{"AKjoin", "", Scopes::all(), kSecret, true}});
  EXPECT_EQ(verdict(token), "revoked");
  EXPECT_EQ(ring_.proven("AKjoin", kSecret), nullptr);
}

TEST_F(KeyRingTest, refuses_a_revoked_token_and_no_other_of_that_key) {
  ring_.revoke("AKjoin", "t1", kNow + 600);
  ring_.revoke("AKjoi", "nt2", kNow + 600);
  EXPECT_EQ(verdict(by_key(claims("AKjoin"))), "revoked");
  Claims other = claims("AKjoin");
  other.id = "t2";
  EXPECT_EQ(verdict(by_key(other)), "");
}

TEST_F(KeyRingTest, forgets_a_revocation_when_the_token_has_expired_and_not_before) {
  ring_.revoke("AKjoin", "t1", kNow + 600);
  ring_.forget_expired(kNow + 600 + kLeewayS);
  EXPECT_EQ(ring_.revocations(), 1u);
  ring_.forget_expired(kNow + 601 + kLeewayS);
  EXPECT_EQ(ring_.revocations(), 0u);
}

TEST_F(KeyRingTest, refuses_grants_that_the_key_may_not_give) {
  Claims admin = claims("AKjoin");
  admin.video.room_admin = true;
  EXPECT_EQ(verdict(by_key(admin)), "scope");
  Claims host = claims("AKjoin");
  host.role = TokenRole::kHost;
  EXPECT_EQ(verdict(by_key(host)), "scope");
}

TEST_F(KeyRingTest, proves_a_key_by_its_whole_secret_alone) {
  EXPECT_NE(ring_.proven("AKjoin", kSecret), nullptr);
  EXPECT_EQ(ring_.proven("AKjoin", kSecret.substr(1)), nullptr);
  EXPECT_EQ(ring_.proven("AKjoin", kSecret.substr(1) + "x"), nullptr);
  EXPECT_EQ(ring_.proven("AKother", kSecret), nullptr);
}

TEST_F(KeyRingTest, lets_no_provider_speak_for_an_api_key_nor_for_us) {
  fetch_remote();
  EXPECT_EQ(verdict(sign_token(claims("https://id.example"), *remote_, "r")), "");
  EXPECT_EQ(verdict(sign_token(claims("AKjoin"), *remote_, "r")), "wrong_algorithm");
  EXPECT_EQ(verdict(sign_token(claims("confab"), *remote_, "r")), "unknown_key");
  EXPECT_EQ(verdict(sign_token(claims("https://evil.example"), *remote_, "r")), "unknown_key");
  EXPECT_EQ(verdict(by_key(claims("https://id.example"))), "unknown_key");
}

TEST_F(KeyRingTest, knows_what_it_signed_itself) {
  make_own_keys(kNow);
  Claims own = claims("anything");
  own.authorized_party = "AKjoin";
  const auto token = ring_.sign(own, kNow);
  ASSERT_TRUE(token);
  EXPECT_EQ(verdict(*token), "");
  EXPECT_EQ(ring_.check(*token, kNow, Instant{})->issuer, "confab");
}

TEST_F(KeyRingTest, ends_what_it_signed_for_a_key_with_the_key) {
  make_own_keys(kNow);
  Claims own = claims("");
  own.authorized_party = "AKjoin";
  const auto token = ring_.sign(own, kNow);
  ASSERT_TRUE(token);
  ring_.set_api_keys({{"AKjoin", "", Scopes::all(), kSecret, true}});
  EXPECT_EQ(verdict(*token), "revoked");
  ring_.set_api_keys({});
  EXPECT_EQ(verdict(*token), "revoked");
}

TEST_F(KeyRingTest, signs_nothing_while_it_has_no_key) {
  EXPECT_FALSE(ring_.sign(claims(""), kNow));
}

TEST_F(KeyRingTest, publishes_the_next_key_a_period_before_it_signs_and_the_last_one_after) {
  const std::int64_t period = 30 * kDay;
  const std::int64_t first = ring_.generation_at(kNow);
  EXPECT_EQ(ring_.missing_generations(kNow), (std::vector<std::int64_t>{first, first + 1}));
  std::vector<OwnKey> keys;
  for (std::int64_t i = -2; i <= 1; ++i) {
    keys.push_back({first + i, "g" + std::to_string(i), SigningKey::make_p256()});
  }
  ring_.set_own_keys(std::move(keys));
  const auto has = [&](const std::string& id, std::int64_t now_s) {
    return ring_.published(now_s).contains("\"kid\":\"" + id + "\"");
  };
  EXPECT_TRUE(has("g1", kNow) && has("g0", kNow) && has("g-1", kNow));
  EXPECT_FALSE(has("g-2", kNow));
  EXPECT_EQ(KeySet::read(ring_.published(kNow))->size(), 3u);
  EXPECT_EQ(ring_.missing_generations(kNow + period), std::vector<std::int64_t>{first + 2});
  EXPECT_EQ(read_token(*ring_.sign(claims(""), kNow + period))->key_id, "g1");
}

TEST_F(KeyRingTest, takes_no_token_of_a_key_of_its_own_that_is_not_published) {
  std::vector<OwnKey> keys;
  for (const std::int64_t age : {0, 1, 2, -2}) {
    keys.push_back(
        {ring_.generation_at(kNow) - age, "age" + std::to_string(age), SigningKey::make_p256()});
  }
  const auto by = [&](std::size_t i) {
    return sign_token(claims("confab"), keys[i].key, keys[i].id);
  };
  const std::vector<std::string> tokens = {by(0), by(1), by(2), by(3)};
  ring_.set_own_keys(std::move(keys));
  EXPECT_EQ(verdict(tokens[0]), "");
  EXPECT_EQ(verdict(tokens[1]), "");
  EXPECT_EQ(verdict(tokens[2]), "unknown_key");
  EXPECT_EQ(verdict(tokens[3]), "unknown_key");
}

TEST_F(KeyRingTest, takes_a_token_of_the_last_key_over_the_change) {
  make_own_keys(kNow);
  const std::int64_t change = (ring_.generation_at(kNow) + 1) * 30 * kDay;
  Claims late = claims("");
  late.expires_at_s = change + 600;
  const auto token = ring_.sign(late, change - 1);
  ASSERT_TRUE(token);
  EXPECT_EQ(verdict(*token, change + 300), "");
}

}  // namespace
}  // namespace confab::auth
