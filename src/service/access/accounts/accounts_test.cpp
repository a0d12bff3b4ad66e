#include "service/access/accounts/accounts.h"

#include "gtest/gtest.h"
#include "service/access/accounts/guesses.h"
#include "service/access/accounts/input.h"
#include "service/access/accounts/sessions.h"

namespace confab::access {
namespace {

TEST(Guesses, run_out_by_key_come_back_with_time_and_are_given_back_where_right) {
  Guesses guesses({2, 0.1});
  const Instant now = Instant{} + 1h;
  EXPECT_TRUE(guesses.take("a", now));
  EXPECT_TRUE(guesses.take("a", now));
  EXPECT_FALSE(guesses.take("a", now)) << "also while the first two are still looked at";
  EXPECT_TRUE(guesses.take("b", now));
  guesses.give_back("a", now);
  EXPECT_TRUE(guesses.take("a", now));
  EXPECT_FALSE(guesses.take("a", now + 9s));
  EXPECT_TRUE(guesses.take("a", now + 10s));
  for (int i = 0; i < 5; ++i) guesses.give_back("b", now);
  EXPECT_TRUE(guesses.take("b", now) && guesses.take("b", now));
  EXPECT_FALSE(guesses.take("b", now)) << "never more than the burst";
}

TEST(Guesses, of_too_many_at_once_share_what_one_has) {
  Guesses guesses({2, 0.1}, 2);
  const Instant now = Instant{} + 1h;
  EXPECT_TRUE(guesses.take("a", now));
  EXPECT_TRUE(guesses.take("b", now));
  EXPECT_TRUE(guesses.take("c", now));
  EXPECT_TRUE(guesses.take("d", now));
  EXPECT_FALSE(guesses.take("e", now));
  EXPECT_TRUE(guesses.take("a", now)) << "who was there keeps their own";
  EXPECT_TRUE(guesses.take("f", now + 1h)) << "those that have not asked for long are forgotten";
}

TEST(Tries, of_the_right_password_are_free_for_a_while_and_not_without_end) {
  Tries tries;
  const Instant now = Instant{} + 1h;
  int looked_at = 0;
  for (int i = 0; i < 200; ++i) {
    const auto tried = tries.begin("192.0.2.1", "ada", now);
    if (!tried) break;
    ++looked_at;
    tries.was_right(*tried, now);
  }
  EXPECT_EQ(looked_at, 30) << "20 of the account, and then ten as if they were wrong";
  EXPECT_FALSE(tries.begin("192.0.2.1", "ben", now));
  EXPECT_TRUE(tries.begin("192.0.2.2", "ada", now));
  EXPECT_TRUE(tries.begin("192.0.2.1", "ada", now + 10s));
}

TEST(Tries, of_many_accounts_behind_one_address_have_a_limit_as_well) {
  Tries tries;
  const Instant now = Instant{} + 1h;
  int looked_at = 0;
  for (int i = 0; i < 200; ++i) {
    const auto tried = tries.begin("192.0.2.1", "account " + std::to_string(i), now);
    if (!tried) break;
    ++looked_at;
    tries.was_right(*tried, now);
  }
  EXPECT_EQ(looked_at, 110);
}

// The address tries as often as it may, for a day.
void guess_for_a_day(Tries& tries, const std::string& address, Instant& now) {
  for (const Instant end = now + 24h; now < end; now += 1s) {
    while (tries.begin(address, "ada", now)) {
    }
  }
}

TEST(Tries, of_one_address_lock_nobody_else_out_of_their_account) {
  Tries tries;
  Instant now = Instant{} + 1h;
  guess_for_a_day(tries, "192.0.2.66", now);
  while (tries.begin("192.0.2.66", "ada", now)) {
  }
  EXPECT_FALSE(tries.begin("192.0.2.66", "ada", now));
  EXPECT_TRUE(tries.begin("192.0.2.1", "ada", now));
  EXPECT_TRUE(tries.begin("192.0.2.66", "ben", now)) << "nor others behind that address";
}

TEST(Tries, of_very_many_addresses_lock_nobody_out_where_they_were_or_are_signed_in) {
  Tries tries;
  const Instant now = Instant{} + 1h;
  tries.was_right(*tries.begin("192.0.2.1", "ada", now), now);
  std::size_t looked_at = 0;
  for (int i = 0; i < 1000; ++i) {
    looked_at += tries.begin("2001:db8:" + std::to_string(i) + "::", "ada", now) ? 1 : 0;
  }
  EXPECT_EQ(looked_at, 100u);
  EXPECT_FALSE(tries.begin("192.0.2.2", "ada", now));
  EXPECT_TRUE(tries.begin("192.0.2.2", "ada", now, Tries::By::kSession));
  EXPECT_TRUE(tries.begin("192.0.2.1", "ada", now));
  EXPECT_TRUE(tries.begin("192.0.2.2", "ada", now + 30s)) << "one in 30 s from wherever";
}

TEST(Tries, where_somebody_was_signed_in_have_the_limit_of_their_address) {
  Tries tries;
  const Instant now = Instant{} + 1h;
  tries.was_right(*tries.begin("192.0.2.1", "ada", now), now);
  int looked_at = 0;
  while (tries.begin("192.0.2.1", "ada", now)) ++looked_at;
  EXPECT_EQ(looked_at, 10);
}

TEST(Tries, by_a_session_from_many_addresses_are_no_more_than_from_one) {
  Tries tries;
  const Instant now = Instant{} + 1h;
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    looked_at +=
        tries.begin("192.0.2." + std::to_string(i), "ada", now, Tries::By::kSession) ? 1 : 0;
  }
  EXPECT_EQ(looked_at, 10);
  EXPECT_TRUE(tries.begin("198.51.100.1", "ada", now)) << "who signs in is not held up by that";
}

TEST(KnownPlaces, forget_what_is_asked_and_then_who_came_longest_ago) {
  KnownPlaces places;
  const Instant now = Instant{} + 1h;
  for (std::size_t i = 0; i < KnownPlaces::kAccountsMax; ++i) {
    places.remember(std::to_string(i), "1", now + std::chrono::milliseconds(i == 7 ? 0 : i + 1));
  }
  const Instant later = now + 1min;
  places.remember("one more", "1", later);
  EXPECT_FALSE(places.knows("7", "1", later));
  EXPECT_TRUE(places.knows("0", "1", later));
  places.forget("0");
  EXPECT_FALSE(places.knows("0", "1", later));
}

TEST(KnownPlaces, are_the_last_eight_of_each_account_for_30_days) {
  KnownPlaces places;
  const Instant now = Instant{} + 1h;
  for (int i = 0; i < 9; ++i) places.remember("ada", std::to_string(i), now);
  EXPECT_FALSE(places.knows("ada", "0", now));
  EXPECT_TRUE(places.knows("ada", "1", now));
  EXPECT_FALSE(places.knows("ben", "1", now));
  EXPECT_FALSE(places.knows("ada", "1", now + std::chrono::days(30)));
  for (std::size_t i = 0; i < KnownPlaces::kAccountsMax; ++i) {
    places.remember("account " + std::to_string(i), "1", now);
  }
  EXPECT_TRUE(places.knows("account 9999", "1", now)) << "who came last is known";
}

TEST(Tries, that_could_not_be_looked_at_cost_nothing) {
  Tries tries;
  const Instant now = Instant{} + 1h;
  for (int i = 0; i < 200; ++i) {
    const auto tried = tries.begin("192.0.2.1", "ada", now);
    ASSERT_TRUE(tried);
    tries.give_back(*tried, now);
  }
}

TEST(Email, has_one_spelling_and_a_limit) {
  EXPECT_EQ(*clean_email(" Ada.L@Example.ORG "), "ada.l@example.org");
  EXPECT_EQ(*clean_email("ada+x@localhost"), "ada+x@localhost");
  for (const char* wrong :
       {"", "ada", "@example.org", "ada@", "a@b@c", "a b@c", "ada@ex ample", "ada@.org", "ada@org.",
        "<ada@example.org>", "ada@exa/mple.org", "\xc3\xa4@example.org", "a\n@example.org"}) {
    EXPECT_EQ(clean_email(wrong).error().code, ErrorCode::kInvalidArgument) << wrong;
  }
  EXPECT_TRUE(clean_email(std::string(242, 'a') + "@example.org"));
  EXPECT_EQ(clean_email(std::string(243, 'a') + "@example.org").error().code, ErrorCode::kTooLarge);
}

TEST(NewPassword, has_eight_to_1024_bytes) {
  EXPECT_FALSE(check_new_password("1234567"));
  EXPECT_TRUE(check_new_password("12345678"));
  EXPECT_TRUE(check_new_password(std::string(1024, 'x')));
  EXPECT_FALSE(check_new_password(std::string(1025, 'x')));
}

TEST(PathAfterSignIn, is_one_of_ours_and_never_another_site) {
  EXPECT_EQ(own_path("/room/abc-defg-hij"), "/room/abc-defg-hij");
  EXPECT_EQ(own_path("/?a=//b"), "/?a=//b");
  for (const char* elsewhere :
       {"", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example",
        "/\n/evil.example", "javascript:alert(1)", "evil.example", "/a\\b", "/\xc3\xa4"}) {
    EXPECT_EQ(own_path(elsewhere), "/") << elsewhere;
  }
  EXPECT_EQ(own_path("/" + std::string(600, 'a')), "/");
}

http::Request asked_by(const std::string& host, bool is_tls, http::Headers headers = {}) {
  http::Request request;
  request.remote.address = *IpAddress::parse("127.0.0.1");
  request.host = host;
  request.is_tls = is_tls;
  request.headers = std::move(headers);
  return request;
}

TEST(SessionCookie, is_kept_from_scripts_other_sites_and_plain_connections) {
  EXPECT_EQ(*session_cookie(asked_by("meet.example", true), "s", 1h),
            "__Host-confab=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600; Secure");
  EXPECT_EQ(*session_cookie(asked_by("localhost:8080", false), "s", 1h),
            "confab-session=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
  EXPECT_EQ(session_cookie(asked_by("meet.example", false), "s", 1h).error().code,
            ErrorCode::kForbidden);
}

TEST(SessionCookie, counts_where_a_page_of_ours_asks) {
  const std::string secret(43, 'x');
  const auto shown = [&](http::Headers headers) {
    headers.emplace_back("Cookie", "__Host-confab=" + secret);
    return session_secret(asked_by("meet.example", true, std::move(headers)));
  };
  EXPECT_EQ(shown({{"Sec-Fetch-Site", "same-origin"}}), secret);
  EXPECT_EQ(shown({{"Origin", "https://meet.example"}}), secret);
  EXPECT_EQ(shown({{"Origin", "https://evil.example"}}), "");
  EXPECT_EQ(shown({{"Sec-Fetch-Site", "same-site"}}), "");
  EXPECT_EQ(shown({}), "");
}

TEST(SessionCookie, is_read_also_when_the_browser_comes_back_from_the_page_of_a_provider) {
  const std::string secret(43, 'x');
  http::Headers headers{{"Sec-Fetch-Site", "cross-site"}, {"Cookie", "__Host-confab=" + secret}};
  EXPECT_EQ(shown_secret(asked_by("meet.example", true, headers)), secret);
  EXPECT_EQ(shown_secret(asked_by("meet.example", false, headers)), "");
  headers.back().second = "__Host-confab=short";
  EXPECT_EQ(shown_secret(asked_by("meet.example", true, headers)), "");
}

TEST(SessionCookie, of_a_plain_connection_is_not_taken_for_one_of_tls) {
  const std::string secret(43, 'x');
  const http::Headers headers{{"Cookie", "confab-session=" + secret},
                              {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(session_secret(asked_by("meet.example", true, headers)), "");
  EXPECT_EQ(session_secret(asked_by("meet.example", false, headers)), "");
  EXPECT_EQ(session_secret(asked_by("127.0.0.1:8080", false, headers)), secret);
  http::Request by_network = asked_by("127.0.0.1:8080", false, headers);
  by_network.remote.address = *IpAddress::parse("192.0.2.1");
  EXPECT_EQ(session_secret(by_network), "");
  EXPECT_FALSE(session_cookie(by_network, "s", 1h));
}

TEST(AccountIdentity, can_not_be_named_by_a_token) {
  EXPECT_EQ(account_identity("ac_1"), "account:ac_1");
  EXPECT_EQ(account_identity("ac_1").find('\n'), std::string::npos) << "those of tokens have one";
}

TEST(Link, is_kept_as_a_hash) {
  SeededRandom random(1);
  const NewLink link = make_link("ac_1", random, 1000);
  EXPECT_EQ(link.secret.size(), 43u);
  EXPECT_EQ(link.record.hash.find(link.secret), std::string::npos);
  EXPECT_EQ(link.record.expires_at_ms, 1000 + kLinkLifetimeMs);
}

}  // namespace
}  // namespace confab::access
