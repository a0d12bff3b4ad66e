#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "platform/config/config.h"

namespace confab {
namespace {

std::string refusal(std::string_view name, std::string_view value) {
  const auto checked = check_shared(name, value);
  return checked ? "" : checked.error().message;
}

TEST(SharedConfig, what_all_processes_shall_have_weighs_most_and_a_roles_own_weighs_more) {
  Config base;
  base.log.level = LogLevel::kWarn;
  base.rpc.secret = std::string(64, 's');
  const ConfigPairs shared = {
      {"roles.media.log.level", "debug"}, {"log.level", "error"}, {"call/chat_chars_max", "500"}};
  const auto media = with_shared(base, Role::kMedia, shared);
  ASSERT_TRUE(media.has_value()) << media.error().message;
  EXPECT_EQ(media->log.level, LogLevel::kDebug);
  EXPECT_FALSE(with_shared(base, Role::kSignaling, shared).has_value())
      << "a role is checked as at its start: it has no key for tokens";
  const auto gateway = with_shared(base, Role::kGateway, shared);
  ASSERT_TRUE(gateway.has_value()) << gateway.error().message;
  EXPECT_EQ(gateway->log.level, LogLevel::kError);
  EXPECT_EQ(gateway->call.chat_chars_max, 500u);
  EXPECT_EQ(with_shared(base, Role::kGateway, {})->log.level, LogLevel::kWarn);
}

TEST(SharedConfig, a_value_is_held_to_what_the_file_is_held_to) {
  EXPECT_EQ(refusal("log.level", "debug"), "");
  EXPECT_EQ(refusal("log/level", "debug"), "");
  EXPECT_EQ(refusal("roles/media/log/level", "debug"), "");
  EXPECT_EQ(refusal("ice.urls", "stun:a.example,stun:b.example"), "");
  EXPECT_EQ(refusal("log.level", "loud"),
            "log.level: expected debug, info, warn or error, not \"loud\"");
  EXPECT_TRUE(refusal("call.participants_max", "0").contains("call.participants_max: expected"));
  EXPECT_TRUE(refusal("log.levle", "info").contains("did you mean log.level?"));
  EXPECT_EQ(refusal("roles.nobody.log.level", "info"), "no role of that name");
  EXPECT_EQ(refusal("roles.media", "info"), "no such option");
  EXPECT_FALSE(refusal("", "").empty());
}

TEST(SharedConfig, what_is_read_once_secret_of_one_machine_or_deletes_is_not_set_for_all) {
  for (const char* name : {"http.listen", "ice.turn_secret", "auth.token_key", "log.file",
                           "log.show_private", "http.tls_key", "database.url", "media.port",
                           "call.chat_retention_days", "call.room_retention_days"}) {
    EXPECT_TRUE(refusal(name, "1").contains("can not be set for all")) << name;
  }
}

// Whoever adds an option that SIGHUP changes decides here whether one place may set it for all.
TEST(SharedConfig, these_may_be_set_for_all) {
  std::set<std::string_view> shared;
  for (const Role role : kRoles) {
    for (const ConfigOption& option : config_options(role)) {
      if (option.is_shared && !option.key.starts_with("call.")) shared.insert(option.key);
    }
  }
  EXPECT_EQ(shared,
            (std::set<std::string_view>{"drain", "ice.turn_lifetime", "ice.urls", "log.level"}));
}

TEST(SharedConfig, what_a_role_does_not_look_at_does_not_keep_the_rest_from_it) {
  Config base;
  base.rpc.secret = std::string(64, 's');
  const ConfigPairs shared = {{"ice.urls", "turn:turn.example"}, {"log.level", "debug"}};
  for (const Role role : {Role::kMedia, Role::kGateway, Role::kWeb}) {
    const auto config = with_shared(base, role, shared);
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->log.level, LogLevel::kDebug);
    EXPECT_TRUE(config->ice.urls.empty());
  }
}

TEST(SharedConfig, values_that_do_not_go_together_are_refused_as_a_whole) {
  Config base;
  EXPECT_FALSE(with_shared(base, Role::kServe, {{"ice.urls", "turn:turn.example"}}).has_value());
  base.ice.turn_secret = "secret";
  EXPECT_TRUE(with_shared(base, Role::kServe, {{"ice.urls", "turn:turn.example"}}).has_value());
}

}  // namespace
}  // namespace confab
