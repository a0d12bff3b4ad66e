// What every Store promises of keys, revocations, webhooks and the audit log.
#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "platform/store/access_store.h"
#include "platform/store/store_contract.h"

namespace confab::store {
namespace {

// Calls a store's AccessStore and waits for its answers.
class AccessUser {
 public:
  explicit AccessUser(StoreUser& user) : user_(user) {}

  AccessStore& access() { return user_.store().access(); }

  template <typename T, typename Call>
  T ask(Call call) {
    auto answered = user_.wait<T>(std::move(call));
    EXPECT_TRUE(answered) << answered.error().message;
    if constexpr (!std::is_void_v<T>) return answered ? *std::move(answered) : T{};
  }

  Result<void> add_key(const std::string& id, std::int64_t at_ms) {
    return user_.wait<void>([&](auto answer) {
      access().add_api_key({id, "name of " + id, "join,rooms", "sealed", at_ms, 0},
                           std::move(answer));
    });
  }
  std::vector<ApiKeyRecord> keys() {
    return ask<std::vector<ApiKeyRecord>>(
        [&](auto answer) { access().api_keys(std::move(answer)); });
  }
  bool revoke_key(const std::string& id, std::int64_t at_ms) {
    return ask<bool>([&](auto answer) { access().revoke_api_key(id, at_ms, std::move(answer)); });
  }
  void deliver(const std::string& id, const std::string& webhook, std::int64_t at_ms) {
    ask<void>([&](auto answer) {
      access().add_delivery({.id = id,
                             .webhook = webhook,
                             .event = "room_started",
                             .body = "{}",
                             .created_at_ms = at_ms,
                             .next_at_ms = at_ms},
                            std::move(answer));
    });
  }
  std::vector<DeliveryRecord> take(std::int64_t now_ms, std::size_t count = 10,
                                   const std::vector<std::string>& busy = {}) {
    return ask<std::vector<DeliveryRecord>>([&](auto answer) {
      access().take_deliveries(now_ms, now_ms + 60'000, count, busy, std::move(answer));
    });
  }
  std::vector<DeliveryRecord> deliveries(const std::string& webhook, std::int64_t before = 0,
                                         std::size_t count = 50) {
    return ask<std::vector<DeliveryRecord>>(
        [&](auto answer) { access().deliveries(webhook, before, count, std::move(answer)); });
  }
  void add_webhook(const std::string& id) {
    ask<void>([&](auto answer) {
      access().add_webhook({id, "https://example.org/x", "*", "sealed", 1}, std::move(answer));
    });
  }
  void note(const std::string& action) {
    ask<void>([&](auto answer) {
      access().write_audit({0, 5, "key:A", "192.0.2.1", action, "room:x", "ok"}, std::move(answer));
    });
  }
  std::vector<AuditRecord> audit(std::int64_t before, std::size_t count) {
    return ask<std::vector<AuditRecord>>(
        [&](auto answer) { access().audit(before, count, std::move(answer)); });
  }

 private:
  StoreUser& user_;
};

TEST_P(StoreContract, keeps_api_keys_over_a_restart_and_revokes_each_once) {
  AccessUser a(user_);
  ASSERT_TRUE(a.add_key("A", 2));
  ASSERT_TRUE(a.add_key("B", 1));
  EXPECT_EQ(a.add_key("A", 3).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(a.revoke_key("A", 7));
  EXPECT_TRUE(a.revoke_key("A", 9));
  EXPECT_FALSE(a.revoke_key("C", 9));
  user_.close();
  const auto all = a.keys();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, "B");
  EXPECT_EQ(all[0].revoked_at_ms, 0);
  EXPECT_EQ(all[0].scopes, "join,rooms");
  EXPECT_EQ(all[0].sealed_secret, "sealed");
  EXPECT_EQ(all[1].revoked_at_ms, 7);
}

TEST_P(StoreContract, tells_revocations_since_a_time_and_forgets_old_ones) {
  AccessUser a(user_);
  const auto revoke = [&](const std::string& id, std::int64_t at_ms) {
    a.ask<void>([&](auto answer) {
      a.access().revoke_token({"issuer", id, at_ms + 1000, at_ms}, std::move(answer));
    });
  };
  const auto since = [&](std::int64_t ms) {
    return a.ask<std::vector<RevocationRecord>>(
        [&](auto answer) { a.access().revocations(ms, std::move(answer)); });
  };
  revoke("a", 100);
  revoke("a", 200);
  revoke("b", 300);
  ASSERT_EQ(since(0).size(), 2u);
  ASSERT_EQ(since(300).size(), 1u);
  EXPECT_EQ(since(300)[0].id, "b");
  EXPECT_EQ(since(0)[1].expires_at_ms, 1200) << "revoked again is revoked for longer";
  EXPECT_EQ(since(200).size(), 2u);
  constexpr std::int64_t kWeek = 604'800'000;
  EXPECT_EQ(
      a.ask<std::size_t>([&](auto answer) { a.access().tidy(kWeek + 1250, std::move(answer)); }),
      0u);
  EXPECT_EQ(since(0).size(), 1u);
}

TEST_P(StoreContract, keeps_the_first_signing_key_of_a_generation_until_that_one_is_replaced) {
  AccessUser a(user_);
  const auto add = [&](const std::string& id, const std::string& in_place_of) {
    a.ask<void>([&](auto answer) {
      a.access().add_signing_key({7, id, "sealed by " + id, 1}, in_place_of, std::move(answer));
    });
    const auto all = a.ask<std::vector<SigningKeyRecord>>(
        [&](auto answer) { a.access().signing_keys(std::move(answer)); });
    EXPECT_EQ(all.size(), 1u);
    EXPECT_EQ(all.at(0).generation, 7);
    EXPECT_EQ(all.at(0).sealed_pem, "sealed by " + all.at(0).key_id);
    return all.at(0).key_id;
  };
  EXPECT_EQ(add("first", ""), "first");
  EXPECT_EQ(add("second", ""), "first");
  EXPECT_EQ(add("third", "first"), "third");
  EXPECT_EQ(add("fourth", "first"), "third") << "another process was first to replace it";
}

TEST_P(StoreContract, gives_a_due_delivery_to_one_who_asks) {
  AccessUser a(user_);
  a.add_webhook("w");
  a.deliver("1", "w", 100);
  a.deliver("2", "w", 200);
  EXPECT_EQ(a.take(99).size(), 0u);
  const auto taken = a.take(100);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].id, "1");
  EXPECT_EQ(taken[0].attempts, 1);
  EXPECT_EQ(a.take(150).size(), 0u) << "somebody is at it";
  EXPECT_EQ(a.take(100 + 60'000, 1).size(), 1u) << "who was at it did not come back";
}

TEST_P(StoreContract, lets_no_webhook_that_is_dead_starve_the_others) {
  AccessUser a(user_);
  for (const char* id : {"dead", "dea", "alive"}) a.add_webhook(id);
  for (int i = 0; i < 20; ++i) a.deliver("d" + std::to_string(i), "dead", 100);
  a.deliver("x", "dea", 100);
  a.deliver("a", "alive", 200);
  const auto taken_of = [](const std::vector<DeliveryRecord>& taken, const std::string& webhook) {
    return std::ranges::count(taken, webhook, &DeliveryRecord::webhook);
  };
  const auto first = a.take(300);
  EXPECT_EQ(first.size(), 5u);
  EXPECT_EQ(taken_of(first, "dead"), 3);
  EXPECT_EQ(taken_of(first, "alive"), 1);

  a.deliver("y", "dea", 300);
  const auto second = a.take(300, 10, {"alive", "dead"});
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].id, "y") << "its name is part of another's";

  a.deliver("b", "alive", 100'000);
  const auto third = a.take(100'000, 1);
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(third[0].attempts, 1) << "what was never tried goes before what failed";
}

TEST_P(StoreContract, remembers_how_deliveries_ended_and_repeats_them) {
  AccessUser a(user_);
  a.add_webhook("w");
  a.deliver("1", "w", 100);
  auto taken = a.take(100);
  ASSERT_EQ(taken.size(), 1u);
  taken[0].state = DeliveryState::kFailed;
  taken[0].status = 500;
  taken[0].error = "answered 500";
  a.ask<void>([&](auto answer) { a.access().settle_delivery(taken[0], std::move(answer)); });
  EXPECT_EQ(a.take(1'000'000).size(), 0u);
  const auto listed = a.deliveries("w");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].state, DeliveryState::kFailed);
  EXPECT_EQ(listed[0].status, 500);
  EXPECT_EQ(listed[0].error, "answered 500");
  const auto repeat = [&](const std::string& webhook, const std::string& id) {
    return a.ask<bool>([&](auto answer) {
      a.access().repeat_delivery(webhook, id, 2'000'000, std::move(answer));
    });
  };
  EXPECT_FALSE(repeat("another", "1"));
  EXPECT_TRUE(repeat("w", "1"));
  EXPECT_EQ(a.take(2'000'000).size(), 1u);
}

TEST_P(StoreContract, tells_deliveries_page_by_page_newest_first) {
  AccessUser a(user_);
  a.add_webhook("w");
  for (const char* id : {"1", "2", "3"}) a.deliver(id, "w", 100);
  const auto newest = a.deliveries("w", 0, 2);
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].id, "3");
  const auto rest = a.deliveries("w", newest[1].number, 2);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].id, "1");
}

TEST_P(StoreContract, removes_a_webhook_with_its_deliveries) {
  AccessUser a(user_);
  a.add_webhook("w");
  a.deliver("1", "w", 100);
  const auto remove = [&](const std::string& id) {
    return a.ask<bool>([&](auto answer) { a.access().remove_webhook(id, std::move(answer)); });
  };
  EXPECT_TRUE(remove("w"));
  EXPECT_FALSE(remove("w"));
  EXPECT_EQ(a.take(1'000'000).size(), 0u);
  EXPECT_EQ(a.deliveries("w").size(), 0u);
}

TEST_P(StoreContract, tells_the_audit_log_page_by_page_newest_first) {
  AccessUser a(user_);
  for (const char* action : {"a", "b", "c"}) a.note(action);
  const auto page = a.audit(0, 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].action, "c");
  EXPECT_EQ(page[0].from, "192.0.2.1");
  const auto next = a.audit(page[1].number, 2);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].action, "a");
  EXPECT_EQ(next[0].outcome, "ok");
}

TEST_P(StoreContract, keeps_so_many_api_keys_and_refuses_one_more) {
  ASSERT_TRUE(user_.check());
  place_->execute(
      "INSERT INTO api_keys (id, name, scopes, sealed_secret, created_at_ms, revoked_at_ms)"
      " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
      " SELECT 'AK' || i, 'x', 'join', '', 1, 1 FROM n");
  const auto add = [&](const std::string& id) {
    return user_.wait<void>([&](auto answer) {
      user_.store().access().add_api_key({id, "x", "join", "sealed", 1, 0}, std::move(answer));
    });
  };
  EXPECT_TRUE(add("last"));
  EXPECT_EQ(add("one more").error().code, ErrorCode::kFull);
  EXPECT_EQ(add("last").error().code, ErrorCode::kFull);
}

}  // namespace
}  // namespace confab::store
