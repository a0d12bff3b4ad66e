#include "service/access/accounts/sessions.h"

#include "gtest/gtest.h"
#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"

namespace confab::access {
namespace {

const std::string kSecret(43, 'x');

// Knows one session, and fails as it is told to.
class FakeAccounts final : public store::AccountStore {
 public:
  std::optional<store::SessionOwner> owner;
  std::optional<ErrorCode> error;
  int asked = 0;

  void find_session(std::string hash, store::SessionAge,
                    store::Answer<std::optional<store::SessionOwner>> answer) override {
    ++asked;
    if (error) return answer(fail(*error, "failed"));
    const bool is_it = owner && owner->session.hash == hash;
    answer(is_it ? owner : std::nullopt);
  }
  void end_session(std::string, store::Answer<void> answer) override { answer(done()); }
  void use_session(std::string, std::int64_t, store::Answer<void> answer) override {
    answer(done());
  }

  // Nobody here asks for the rest.
  void add_account(store::AccountRecord, store::Answer<void>) override { FAIL(); }
  void find_account(std::string, store::Answer<std::optional<store::AccountRecord>>) override {
    FAIL();
  }
  void accounts(std::string, std::size_t,
                store::Answer<std::vector<store::AccountRecord>>) override {
    FAIL();
  }
  void hand_over(HandOver, store::Answer<bool>) override { FAIL(); }
  void set_operator(std::string, bool, store::Answer<bool>) override { FAIL(); }
  void delete_account(std::string, std::string, store::Answer<std::vector<std::string>>) override {
    FAIL();
  }
  void set_password(std::string, std::int64_t, std::string, bool, store::Answer<bool>) override {
    FAIL();
  }
  void end_sessions(std::string, store::Answer<bool>) override { FAIL(); }
  void disable(std::string, std::int64_t, store::Answer<bool>) override { FAIL(); }
  void add_session(store::SessionRecord, std::string, store::Answer<bool>) override { FAIL(); }
  void add_link(store::LinkRecord, store::Answer<bool>) override { FAIL(); }
  void take_link(std::string, std::int64_t,
                 store::Answer<std::optional<store::AccountRecord>>) override {
    FAIL();
  }
  void add_login(store::LoginRecord, store::Answer<bool>) override { FAIL(); }
  void find_login(std::string, std::string,
                  store::Answer<std::optional<store::AccountRecord>>) override {
    FAIL();
  }
  void own_rooms(std::string, std::size_t,
                 store::Answer<std::vector<store::OwnRoomRecord>>) override {
    FAIL();
  }
  void tidy(store::SessionAge, std::int64_t, store::Answer<void>) override { FAIL(); }

 private:
  Result<void> done() const {
    if (error) return fail(*error, "failed");
    return {};
  }
};

class SessionsTest : public testing::Test {
 protected:
  SessionsTest() {
    const std::int64_t now_ms = wall_unix_ms();
    store_.owner =
        store::SessionOwner{{"ac_1", "ada@example.org", "Ada", "hash", 0, now_ms, 0},
                            {auth::fingerprint(kSecret), "ac_1", now_ms - 3'600'000, now_ms}};
  }
  // "ac_1", "nobody", or the name of the error.
  std::string whose() {
    std::string out;
    sessions_.find(kSecret, [&](Result<std::optional<store::SessionOwner>> owner) {
      out = owner ? (*owner ? (*owner)->account.id : "nobody")
                  : std::string(error_code_name(owner.error().code));
    });
    return out;
  }

  Config config_;
  FakeAccounts store_;
  SeededRandom random_{1};
  Sessions sessions_{config_, store_, random_};
};

TEST_F(SessionsTest, seen_a_moment_ago_are_believed_while_the_database_is_away_and_no_others) {
  store_.error = ErrorCode::kUnavailable;
  EXPECT_EQ(whose(), "unavailable") << "never seen";
  store_.error.reset();
  EXPECT_EQ(whose(), "ac_1");
  store_.error = ErrorCode::kUnavailable;
  EXPECT_EQ(whose(), "ac_1");
  EXPECT_EQ(sessions_.served_from_memory(), 1u);
  for (const ErrorCode other : {ErrorCode::kInternal, ErrorCode::kFull, ErrorCode::kTimeout}) {
    store_.error = other;
    EXPECT_EQ(whose(), error_code_name(other)) << "the database is there";
  }
}

TEST_F(SessionsTest, that_ended_are_not_believed_whatever_the_database_does) {
  EXPECT_EQ(whose(), "ac_1");
  const auto owner = store_.owner;
  store_.owner.reset();
  EXPECT_EQ(whose(), "nobody");
  store_.error = ErrorCode::kUnavailable;
  EXPECT_EQ(whose(), "unavailable") << "it said that it is over";
  store_.error.reset();
  store_.owner = owner;
  EXPECT_EQ(whose(), "ac_1");
  store_.error = ErrorCode::kUnavailable;
  sessions_.end(kSecret, [](const Result<void>&) {});
  EXPECT_EQ(whose(), "unavailable") << "signed out here";
  store_.error.reset();
  EXPECT_EQ(whose(), "ac_1");
  store_.error = ErrorCode::kUnavailable;
  sessions_.forget("ac_1");
  EXPECT_EQ(whose(), "unavailable") << "all of the account";
}

TEST_F(SessionsTest, of_operators_are_nobody_s_but_their_own_while_the_database_is_away) {
  store_.owner->account.is_operator = true;
  const auto is_operator = [&] {
    bool out = false;
    sessions_.find(kSecret, [&](const Result<std::optional<store::SessionOwner>>& owner) {
      out = owner && *owner && (*owner)->account.is_operator;
    });
    return out;
  };
  EXPECT_TRUE(is_operator());
  store_.error = ErrorCode::kUnavailable;
  EXPECT_EQ(whose(), "ac_1");
  EXPECT_FALSE(is_operator()) << "that may have been taken back";
}

TEST_F(SessionsTest, that_are_too_old_are_not_believed_from_memory) {
  EXPECT_EQ(whose(), "ac_1");
  store_.error = ErrorCode::kUnavailable;
  config_.auth.session_lifetime = 59min;
  EXPECT_EQ(whose(), "unavailable");
}

TEST_F(SessionsTest, that_are_remembered_have_a_limit) {
  const auto secret = [](std::size_t i) {
    std::string out = std::to_string(i);
    return std::string(43 - out.size(), 'x') + out;
  };
  const auto is_found = [&](std::size_t i) {
    bool found = false;
    sessions_.find(secret(i), [&](const Result<std::optional<store::SessionOwner>>& owner) {
      found = owner && *owner;
    });
    return found;
  };
  for (std::size_t i = 0; i < kSessionsRemembered + 100; ++i) {
    store_.owner->session.hash = auth::fingerprint(secret(i));
    ASSERT_TRUE(is_found(i));
  }
  store_.error = ErrorCode::kUnavailable;
  std::size_t believed = 0;
  for (std::size_t i = 0; i < kSessionsRemembered + 100; ++i) believed += is_found(i) ? 1 : 0;
  EXPECT_EQ(believed, kSessionsRemembered);
  EXPECT_TRUE(is_found(kSessionsRemembered + 99)) << "who came last is among them";
}

TEST_F(SessionsTest, made_up_by_one_address_are_soon_not_looked_for_any_more) {
  store_.owner.reset();
  const IpAddress eve = *IpAddress::parse("192.0.2.1");
  int limited = 0;
  const auto show = [&](const IpAddress& from) {
    sessions_.find_shown(kSecret, from, [&](Result<std::optional<store::SessionOwner>> owner) {
      if (!owner && owner.error().code == ErrorCode::kRateLimited) ++limited;
    });
  };
  for (int i = 0; i < 100; ++i) show(eve);
  EXPECT_GE(limited, 35);
  EXPECT_EQ(store_.asked, 100 - limited);
  const int before = limited;
  show(*IpAddress::parse("192.0.2.2"));
  EXPECT_EQ(limited, before) << "others are";
  EXPECT_EQ(whose(), "nobody") << "as what is asked by ourselves";
}

TEST_F(SessionsTest, of_this_morning_are_found_whatever_others_behind_the_same_address_make_up) {
  const IpAddress office = *IpAddress::parse("192.0.2.1");
  const auto show = [&](const std::string& secret) {
    std::string out;
    sessions_.find_shown(secret, office, [&](Result<std::optional<store::SessionOwner>> owner) {
      out = owner ? (*owner ? (*owner)->account.id : "nobody")
                  : std::string(error_code_name(owner.error().code));
    });
    return out;
  };
  EXPECT_EQ(show(kSecret), "ac_1");
  for (int i = 0; i < 100; ++i) show(std::string(43, 'y'));
  EXPECT_EQ(show(std::string(43, 'y')), "rate_limited");
  EXPECT_EQ(show(kSecret), "ac_1");
  store_.owner.reset();
  EXPECT_EQ(show(kSecret), "nobody") << "it has ended since";
  EXPECT_EQ(show(kSecret), "rate_limited") << "and is one of theirs from then on";
}

}  // namespace
}  // namespace confab::access
