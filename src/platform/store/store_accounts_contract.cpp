// What every Store promises of accounts, their sessions and links.
#include <string>
#include <vector>

#include "platform/store/account_store.h"
#include "platform/store/store_contract.h"

namespace confab::store {
namespace {

constexpr SessionAge kAnyAge{0, 0};

// Calls a store's AccountStore and waits for its answers.
class AccountUser {
 public:
  explicit AccountUser(StoreUser& user) : user_(user) {}

  template <typename T, typename Call>
  Result<T> wait(Call call) {
    return user_.wait<T>([&](auto answer) { call(user_.store().accounts(), std::move(answer)); });
  }
  Result<void> add(const std::string& id, const std::string& email) {
    return wait<void>([&](AccountStore& store, auto answer) {
      store.add_account({id, email, "Ada", "hash", 0, 1000, 0}, std::move(answer));
    });
  }
  std::optional<AccountRecord> by_email(const std::string& email) {
    return *wait<std::optional<AccountRecord>>(
        [&](AccountStore& store, auto answer) { store.find_account(email, std::move(answer)); });
  }
  bool sign_in(const std::string& hash, const std::string& password_hash = "hash",
               std::int64_t at_ms = 2000) {
    return *wait<bool>([&](AccountStore& store, auto answer) {
      store.add_session({hash, "ac1", at_ms, at_ms}, password_hash, std::move(answer));
    });
  }
  bool is_in(const std::string& hash, SessionAge age = kAnyAge) {
    const auto found = *wait<std::optional<SessionOwner>>([&](AccountStore& store, auto answer) {
      store.find_session(hash, age, std::move(answer));
    });
    return found && found->account.id == "ac1" && found->session.hash == hash;
  }
  bool link(const std::string& hash, std::int64_t expires_at_ms) {
    return *wait<bool>([&](AccountStore& store, auto answer) {
      store.add_link({hash, "ac1", expires_at_ms}, std::move(answer));
    });
  }
  std::string take(const std::string& hash, std::int64_t now_ms = 5000) {
    const auto taken = *wait<std::optional<AccountRecord>>([&](AccountStore& store, auto answer) {
      store.take_link(hash, now_ms, std::move(answer));
    });
    return taken ? taken->id : "";
  }
  bool set_password(const std::string& hash, std::int64_t generation = 0, bool is_proven = false) {
    return *wait<bool>([&](AccountStore& store, auto answer) {
      store.set_password("ac1", generation, hash, is_proven, std::move(answer));
    });
  }
  bool disable(std::int64_t at_ms) {
    return *wait<bool>(
        [&](AccountStore& store, auto answer) { store.disable("ac1", at_ms, std::move(answer)); });
  }

 private:
  StoreUser& user_;
};

TEST_P(StoreContract, keeps_one_account_for_each_address) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  EXPECT_EQ(a.add("ac2", "ada@example.org").error().code, ErrorCode::kConflict);
  ASSERT_TRUE(a.add("ac3", "ben@example.org"));
  user_.close();
  EXPECT_EQ(a.by_email("ada@example.org")->id, "ac1");
  EXPECT_EQ(a.by_email("ada@example.org")->password_hash, "hash");
  EXPECT_FALSE(a.by_email("eve@example.org"));
  const auto page = *a.wait<std::vector<AccountRecord>>([](AccountStore& store, auto answer) {
    store.accounts("ada@example.org", 10, std::move(answer));
  });
  ASSERT_EQ(page.size(), 1u);
  EXPECT_EQ(page[0].id, "ac3");
}

TEST_P(StoreContract, knows_a_session_until_it_ends_or_is_too_old) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.sign_in("s1"));
  ASSERT_TRUE(a.sign_in("s2"));
  EXPECT_TRUE(a.is_in("s1"));
  EXPECT_FALSE(a.is_in("s3"));
  EXPECT_FALSE(a.is_in("s1", {2001, 0})) << "unused for too long";
  EXPECT_FALSE(a.is_in("s1", {0, 2001})) << "made too long ago";
  a.wait<void>(
      [](AccountStore& store, auto answer) { store.use_session("s1", 3000, std::move(answer)); });
  EXPECT_TRUE(a.is_in("s1", {2001, 0}));
  a.wait<void>(
      [](AccountStore& store, auto answer) { store.end_session("s1", std::move(answer)); });
  EXPECT_FALSE(a.is_in("s1"));
  EXPECT_TRUE(a.is_in("s2"));
}

TEST_P(StoreContract, a_new_password_ends_every_session_and_link) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.sign_in("s1"));
  ASSERT_TRUE(a.link("l1", 9000));
  ASSERT_TRUE(a.set_password("another"));
  EXPECT_FALSE(a.is_in("s1"));
  EXPECT_EQ(a.take("l1"), "");
  EXPECT_FALSE(a.sign_in("s2", "hash")) << "the old one was right when it was looked at";
  EXPECT_TRUE(a.sign_in("s3", "another"));
  a.wait<bool>(
      [](AccountStore& store, auto answer) { store.end_sessions("ac1", std::move(answer)); });
  EXPECT_FALSE(a.is_in("s3"));
}

TEST_P(StoreContract, sets_no_password_that_was_asked_for_before_the_last_one_or_a_disable) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.set_password("by a link"));
  EXPECT_FALSE(a.set_password("of the thief, who was a second earlier"));
  EXPECT_TRUE(a.sign_in("s1", "by a link"));
  EXPECT_TRUE(a.is_in("s1"));
  ASSERT_TRUE(a.set_password("another", 1));
  a.wait<bool>(
      [](AccountStore& store, auto answer) { store.end_sessions("ac1", std::move(answer)); });
  EXPECT_FALSE(a.set_password("too late", 2)) << "signed out everywhere meanwhile";
  ASSERT_TRUE(a.disable(3000));
  EXPECT_FALSE(a.set_password("of a disabled account", 4));
  EXPECT_EQ(a.by_email("ada@example.org")->password_hash, "another");
}

TEST_P(StoreContract, lets_a_disabled_account_do_nothing) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.sign_in("s1"));
  ASSERT_TRUE(a.disable(3000));
  EXPECT_FALSE(a.is_in("s1"));
  EXPECT_FALSE(a.sign_in("s2"));
  EXPECT_FALSE(a.link("l1", 9000));
  EXPECT_EQ(a.by_email("ada@example.org")->disabled_at_ms, 3000);
  ASSERT_TRUE(a.disable(0));
  EXPECT_FALSE(a.is_in("s1")) << "what was ended stays so";
  EXPECT_TRUE(a.sign_in("s3"));
}

TEST_P(StoreContract, a_link_is_good_once_in_its_time_and_the_last_one_counts) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.link("l1", 9000));
  ASSERT_TRUE(a.link("l2", 9000));
  EXPECT_EQ(a.take("l1"), "");
  EXPECT_EQ(a.take("l2"), "ac1");
  EXPECT_EQ(a.take("l2"), "");
  ASSERT_TRUE(a.link("l3", 4000));
  EXPECT_EQ(a.take("l3", 4000), "");
}

TEST_P(StoreContract, keeps_so_many_sessions_of_one_account) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  for (std::int64_t i = 0; i <= kSessionsOfOneMax; ++i) {
    ASSERT_TRUE(a.sign_in("s" + std::to_string(i), "hash", 2000 + i));
  }
  EXPECT_FALSE(a.is_in("s0"));
  EXPECT_TRUE(a.is_in("s1"));
  EXPECT_TRUE(a.is_in("s" + std::to_string(kSessionsOfOneMax)));
}

TEST_P(StoreContract, forgets_sessions_and_links_that_are_over) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.sign_in("old", "hash", 2000));
  ASSERT_TRUE(a.sign_in("new", "hash", 3000));
  ASSERT_TRUE(a.link("l1", 4000));
  ASSERT_TRUE(a.wait<void>(
      [](AccountStore& store, auto answer) { store.tidy({2500, 0}, 5000, std::move(answer)); }));
  EXPECT_FALSE(a.is_in("old"));
  EXPECT_TRUE(a.is_in("new"));
  EXPECT_EQ(a.take("l1", 3000), "");
}

TEST_P(StoreContract, somebody_of_a_provider_has_one_account_and_an_account_one_of_them) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.add("ac2", "ben@example.org"));
  const std::string here = "https://id.example.org";
  const auto add = [&](const std::string& issuer, const char* subject, const char* account) {
    return *a.wait<bool>([&](AccountStore& store, auto answer) {
      store.add_login({issuer, subject, account}, std::move(answer));
    });
  };
  EXPECT_TRUE(add(here, "7", "ac1"));
  EXPECT_FALSE(add(here, "7", "ac2")) << "they have one";
  EXPECT_FALSE(add(here, "8", "ac1")) << "the address is somebody else's by now, the account not";
  EXPECT_TRUE(add("https://other.example.org", "8", "ac1"));
  const auto of = [&](const std::string& issuer, const std::string& subject) {
    const auto found = *a.wait<std::optional<AccountRecord>>([&](AccountStore& store, auto answer) {
      store.find_login(issuer, subject, std::move(answer));
    });
    return found ? found->id : "";
  };
  EXPECT_EQ(of(here, "7"), "ac1");
  EXPECT_EQ(of(here, "8"), "");
}

TEST_P(StoreContract, lists_the_rooms_of_an_owner_newest_first) {
  AccountUser a(user_);
  const auto create = [&](const std::string& code, std::int64_t at_ms, const std::string& owner) {
    SeededRandom random(static_cast<std::uint64_t>(at_ms));
    RoomRecord room{RoomId::random(random), code, at_ms};
    room.settings.title = "of " + owner;
    room.owner = owner;
    ASSERT_TRUE(
        user_.wait<void>([&](auto answer) { user_.store().create_room(room, std::move(answer)); }));
  };
  create("abc-defg-hij", 1000, "account:ac1");
  create("klm-nopq-rst", 2000, "account:ac1");
  create("uvw-xyza-bcd", 3000, "account:ac2");
  const auto rooms = *a.wait<std::vector<OwnRoomRecord>>([](AccountStore& store, auto answer) {
    store.own_rooms("account:ac1", 10, std::move(answer));
  });
  ASSERT_EQ(rooms.size(), 2u);
  EXPECT_EQ(rooms[0].code, "klm-nopq-rst");
  EXPECT_EQ(rooms[0].title, "of account:ac1");
  EXPECT_EQ(rooms[1].created_at_ms, 1000);
}

TEST_P(StoreContract, hands_over_an_account_whose_address_is_not_proven_and_no_other) {
  AccountUser a(user_);
  constexpr const char* kIssuer = "https://id.example.org";
  const auto hand_over_of = [&](const std::string& id) {
    return *a.wait<bool>([&](AccountStore& store, auto answer) {
      store.hand_over({id, "account:" + id, kIssuer, "Ada of theirs"}, std::move(answer));
    });
  };
  const auto hand_over = [&] { return hand_over_of("ac1"); };
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.sign_in("s1"));
  ASSERT_TRUE(a.link("l1", 9000));
  ASSERT_TRUE(a.set_password("another", 0));
  EXPECT_FALSE(a.by_email("ada@example.org")->is_proven) << "who has it may still be anybody";
  ASSERT_TRUE(a.sign_in("s2", "another"));
  SeededRandom random(1);
  RoomRecord room{RoomId::random(random), "abc-defg-hij", 1000};
  room.owner = "account:ac1";
  ASSERT_TRUE(
      user_.wait<void>([&](auto answer) { user_.store().create_room(room, std::move(answer)); }));
  ASSERT_TRUE(user_.wait<void>([&](auto answer) {
    user_.store().save_person(
        {room.id, "s:friend of the one before", 3, false, "", "Eve", 1000, room.code},
        std::move(answer));
  }));
  ASSERT_EQ(user_.load("abc-defg-hij")->people.size(), 1u);
  EXPECT_TRUE(hand_over());
  EXPECT_TRUE(user_.load("abc-defg-hij")->people.empty()) << "who had a role by them has none";
  EXPECT_EQ(a.by_email("ada@example.org")->name, "Ada of theirs");
  EXPECT_FALSE(a.is_in("s2"));
  EXPECT_FALSE(a.sign_in("s3", "another"));
  EXPECT_EQ(a.by_email("ada@example.org")->password_hash, "");
  EXPECT_TRUE(a.by_email("ada@example.org")->is_proven);
  EXPECT_FALSE(hand_over()) << "once";
  ASSERT_TRUE(a.add("ac2", "ben@example.org"));
  EXPECT_TRUE(*a.wait<bool>([](AccountStore& store, auto answer) {
    store.set_password("ac2", 0, "by a link", true, std::move(answer));
  }));
  EXPECT_FALSE(hand_over_of("ac2"));
  EXPECT_EQ(a.by_email("ben@example.org")->password_hash, "by a link");
  ASSERT_TRUE(a.add("ac3", "eve@example.org"));
  ASSERT_TRUE(*a.wait<bool>([&](AccountStore& store, auto answer) {
    store.add_login({kIssuer, "7", "ac3"}, std::move(answer));
  }));
  EXPECT_FALSE(hand_over_of("ac3")) << "somebody of this provider has it already";
}

TEST_P(StoreContract, an_account_is_an_operators_until_that_is_taken_back) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  EXPECT_FALSE(a.by_email("ada@example.org")->is_operator);
  const auto set = [&](const std::string& id, bool is_operator) {
    return *a.wait<bool>([&](AccountStore& store, auto answer) {
      store.set_operator(id, is_operator, std::move(answer));
    });
  };
  EXPECT_FALSE(set("ac1", true)) << "whoever signed up with that address";
  EXPECT_FALSE(a.by_email("ada@example.org")->is_proven);
  ASSERT_TRUE(*a.wait<bool>([](AccountStore& store, auto answer) {
    store.set_password("ac1", 0, "by a link", true, std::move(answer));
  }));
  ASSERT_TRUE(a.sign_in("s1", "by a link"));
  EXPECT_TRUE(set("ac1", true));
  EXPECT_FALSE(a.is_in("s1")) << "what was open before is not an operator's";
  EXPECT_TRUE(a.by_email("ada@example.org")->is_operator);
  EXPECT_TRUE(set("ac1", false));
  EXPECT_FALSE(a.by_email("ada@example.org")->is_operator);
  EXPECT_FALSE(set("ac9", true)) << "there is none";
}

TEST_P(StoreContract, deletes_an_account_with_all_that_is_its_own_and_nothing_else) {
  AccountUser a(user_);
  ASSERT_TRUE(a.add("ac1", "ada@example.org"));
  ASSERT_TRUE(a.add("ac2", "ben@example.org"));
  const auto create = [&](const std::string& code, std::int64_t at_ms, const std::string& owner) {
    SeededRandom random(static_cast<std::uint64_t>(at_ms));
    RoomRecord room{RoomId::random(random), code, at_ms};
    room.owner = owner;
    ASSERT_TRUE(
        user_.wait<void>([&](auto answer) { user_.store().create_room(room, std::move(answer)); }));
  };
  create("abc-defg-hij", 1000, "account:ac1");
  create("klm-nopq-rst", 2000, "account:ac2");
  create("uvw-xyza-bcd", 3000, "");
  ASSERT_TRUE(a.sign_in("s1"));
  ASSERT_TRUE(a.link("l1", 9000));
  ASSERT_TRUE(*a.wait<bool>([](AccountStore& store, auto answer) {
    store.add_login({"https://id.example.org", "7", "ac1"}, std::move(answer));
  }));
  const auto erase = [&] {
    return *a.wait<std::vector<std::string>>([](AccountStore& store, auto answer) {
      store.delete_account("ac1", "account:ac1", std::move(answer));
    });
  };
  EXPECT_EQ(erase(), std::vector<std::string>{"abc-defg-hij"});
  EXPECT_FALSE(a.by_email("ada@example.org"));
  EXPECT_FALSE(a.is_in("s1"));
  EXPECT_EQ(a.take("l1"), "");
  EXPECT_TRUE(a.by_email("ben@example.org"));
  EXPECT_FALSE(user_.load("abc-defg-hij"));
  EXPECT_TRUE(user_.load("klm-nopq-rst"));
  EXPECT_TRUE(user_.load("uvw-xyza-bcd"));
  EXPECT_TRUE(erase().empty()) << "again, as after a failure halfway";
  EXPECT_TRUE(a.add("ac3", "ada@example.org")) << "the address is free";
}

}  // namespace
}  // namespace confab::store
