#include "platform/config/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>

namespace confab {
namespace {

// A YAML file that goes away with the test.
class File {
 public:
  explicit File(const std::string& text)
      : path_(::testing::TempDir() + "confab_config_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml") {
    std::ofstream(path_) << text;
  }
  ~File() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string error_of(const ConfigInput& input) {
  const auto loaded = load_config(input);
  if (loaded) return "(no error)";
  EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidArgument);
  return loaded.error().message;
}

std::string error_of_file(const std::string& text) {
  const File file(text);
  std::string message = error_of({.file = file.path()});
  if (message.starts_with(file.path())) message.erase(0, file.path().size());
  return message;
}

constexpr const char* kLogsToken = "0123456789abcdef0123456789abcdef";

TEST(ConfigTest, LogsAreShownToThisMachineAloneUnlessATokenIsAskedFor) {
  const auto error = [](ConfigPairs flags) {
    flags.emplace_back("logs-dir", "/var/log/confab");
    return error_of({.role = Role::kLogs, .flags = std::move(flags)});
  };
  EXPECT_EQ(error({}), "(no error)");
  EXPECT_EQ(default_config(Role::kLogs).http.listen.to_string(), "127.0.0.1:9000");
  for (const char* open : {"0.0.0.0:9000", "10.0.0.5:9000", "[::]:9000"}) {
    EXPECT_NE(error({{"http", open}}).find("openssl rand -hex 32"), std::string::npos) << open;
    EXPECT_EQ(error({{"http", open}, {"logs-token", kLogsToken}}), "(no error)");
  }
  EXPECT_NE(error({{"tls", "true"}}).find("logs.token is needed"), std::string::npos)
      << "HTTPS listens on every address";
  EXPECT_NE(error({{"logs-token", "guess"}}).find("too short"), std::string::npos);
  EXPECT_NE(error_of({.role = Role::kLogs}).find("logs.dir is needed"), std::string::npos);
  EXPECT_EQ(error_of({.role = Role::kLogs, .flags = {{"log-dir", "/var/log/confab"}}}),
            "(no error)");
}

TEST(ConfigTest, ALogThatNobodyWouldReadAndTwoFilesForOneAreRefused) {
  EXPECT_NE(error_of({.flags = {{"log-stdout", "false"}}}).find("nobody would read it"),
            std::string::npos);
  EXPECT_EQ(error_of({.flags = {{"log-stdout", "false"}, {"log-dir", "/tmp"}}}), "(no error)");
  EXPECT_NE(error_of({.flags = {{"log-file", "a"}, {"log-dir", "b"}}}).find("both set"),
            std::string::npos);
}

TEST(ConfigTest, NothingGivenIsTheDefaults) {
  const auto loaded = load_config({});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.http.listen.to_string(), "0.0.0.0:8080");
  EXPECT_EQ(loaded->config.media.port, 40000);
  EXPECT_EQ(effective_config(loaded->config), effective_config(Config{}));
}

TEST(ConfigTest, FlagsWinOverEnvironmentWinsOverFile) {
  // Given three sources that each know one option more than the stronger one
  const File file("media: {port: 1000, shards: 3}\nlog: {level: debug}\n");
  ConfigInput input{.file = file.path(),
                    .environment = {{"CONFAB_MEDIA_PORT", "2000"}, {"CONFAB_MEDIA_SHARDS", "4"}},
                    .flags = {{"media-port", "3000"}}};
  // When they are loaded together
  const auto loaded = load_config(input);
  // Then each option comes from the strongest that names it
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->config.media.port, 3000);
  EXPECT_EQ(loaded->config.media.shards, 4u);
  EXPECT_EQ(loaded->config.log.level, LogLevel::kDebug);
}

TEST(ConfigTest, EveryOptionHasItsOwnNamesAndTakesItsDefaultBack) {
  std::set<std::string_view> keys;
  std::set<std::string> flags;
  for (const ConfigOption& option : config_options()) {
    EXPECT_TRUE(keys.insert(option.key).second) << option.key;
    EXPECT_TRUE(flags.insert(option.flag).second) << option.flag;
    EXPECT_TRUE(option.environment.starts_with("CONFAB_")) << option.key;
    EXPECT_FALSE(option.help.empty()) << option.key;
    if (option.is_retired) continue;
    const auto loaded = load_config({.flags = {{option.flag, option.default_text}}});
    ASSERT_TRUE(loaded.has_value()) << option.key << ": " << loaded.error().message;
    EXPECT_EQ(effective_config(loaded->config), effective_config(Config{})) << option.key;
  }
}

TEST(ConfigTest, WhatIsPrintedLoadsAgainAsTheSame) {
  // Given a configuration far from the defaults
  ConfigInput input{.flags = {{"http", "[::1]:80"},
                              {"media-address", "10.0.0.5=203.0.113.7"},
                              {"media-address", "2001:db8::5"},
                              {"cors-origin", "https://a.example,https://b.example"},
                              {"socketio-ping-interval", "1500ms"},
                              {"http-body-bytes-max", "64KiB"},
                              {"data", "a: folder, \"quoted\" # odd"},
                              {"tls", "true"},
                              {"http-trusted-proxies", "127.0.0.1,10.0.0.0/8"},
                              {"http-trusted-proxies", "2001:db8::/32"},
                              {"call-compatibility", "off"}}};
  const auto first = load_config(input);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  // When it is printed and that is loaded as the file
  const File file(effective_config(first->config));
  const auto second = load_config({.file = file.path()});
  // Then nothing was lost
  ASSERT_TRUE(second.has_value()) << second.error().message;
  EXPECT_EQ(effective_config(second->config), effective_config(first->config));
  EXPECT_EQ(second->config.data_dir, "a: folder, \"quoted\" # odd");
  ASSERT_EQ(second->config.media.addresses.size(), 2u);
  EXPECT_EQ(second->config.media.addresses[0].announced.to_string(), "203.0.113.7");
  EXPECT_EQ(second->config.socketio.ping_interval, 1500ms);
  ASSERT_EQ(second->config.http.trusted_proxies.size(), 3u);
  EXPECT_EQ(second->config.http.trusted_proxies[1].to_string(), "10.0.0.0/8");
}

TEST(ConfigTest, UnknownKeysNameTheNearest) {
  EXPECT_EQ(error_of_file("media: {prot: 1}"), ": media.prot is unknown; did you mean media.port?");
  EXPECT_EQ(error_of_file("http: {level: debug}"),
            ": http.level is unknown; did you mean log.level?");
  EXPECT_EQ(error_of_file("zzzzzzzzzz: 1"), ": zzzzzzzzzz is unknown");
  EXPECT_EQ(error_of({.flags = {{"media-prot", "1"}}}),
            "--media-prot is unknown; did you mean media-port?");
}

TEST(ConfigTest, WrongValuesSayWhatIsExpected) {
  EXPECT_EQ(error_of_file("media: {port: 70000}"),
            ": media.port: expected a whole number from 1 to 65535, not \"70000\"");
  EXPECT_EQ(error_of_file("socketio: {ping_interval: 25}"),
            ": socketio.ping_interval: expected a time from 100ms to 10min, as 250ms, 30s, 2min, "
            "12h or 7d, not \"25\"");
  EXPECT_EQ(error_of({.environment = {{"CONFAB_HTTP", "localhost"}}}),
            "environment: CONFAB_HTTP: expected ADDRESS:PORT, as 0.0.0.0:8080 or [::]:8080, not "
            "\"localhost\"");
  EXPECT_NE(error_of({.flags = {{"media-address", "0.0.0.0"}}}).find("cannot be announced"),
            std::string::npos);
  EXPECT_NE(error_of({.flags = {{"http-body-bytes-max", "99999999999GiB"}}}).find("a size from"),
            std::string::npos);
  EXPECT_EQ(error_of_file("node: 65536"),
            ": node: expected a whole number from 0 to 65535, not \"65536\"");
  EXPECT_EQ(error_of_file("log: {level: [debug]}"), ": log.level: expected one value");
  EXPECT_EQ(error_of_file("media: {addresses: {a: b}}"), ": media.addresses: expected a list");
}

TEST(ConfigTest, ProxiesAreTrustedByAddressAndTheOldSwitchSaysSo) {
  EXPECT_EQ(error_of({.flags = {{"http-trusted-proxies", "10.0.0.1/8"}}}),
            "--http-trusted-proxies: expected an address or a block of them, as 127.0.0.1 or "
            "10.0.0.0/8, not \"10.0.0.1/8\"");
  const std::string sentence =
      "is no more: set http.trusted_proxies in its place, with the addresses of the proxies";
  EXPECT_EQ(error_of({.flags = {{"http-trust-proxy", "true"}}}), "--http-trust-proxy " + sentence);
  EXPECT_EQ(error_of_file("http: {trust_proxy: true}"), ": http.trust_proxy " + sentence);
  EXPECT_EQ(error_of({.environment = {{"CONFAB_HTTP_TRUST_PROXY", "true"}}}),
            "environment: CONFAB_HTTP_TRUST_PROXY " + sentence);
}

TEST(ConfigTest, FilesThatAreNoConfigurationAreRefused) {
  EXPECT_EQ(error_of({.file = "/nonexistent/confab.yaml"}),
            "/nonexistent/confab.yaml: cannot be read");
  EXPECT_EQ(error_of_file("- a\n- b\n"), ": expected sections as http: and media:");
  EXPECT_NE(error_of_file("media: [1"), "(no error)");
  EXPECT_EQ(error_of_file("media: {port: 1}\nmedia: {port: 2}"), ": media.port stands twice");
  EXPECT_EQ(error_of_file("# comments alone\n"), "(no error)");
  EXPECT_NE(error_of_file(std::string(200, '{') + "a: 1" + std::string(200, '}')), "(no error)");
}

TEST(ConfigTest, WhatDoesNotFitTogetherIsRefused) {
  EXPECT_NE(error_of({.flags = {{"tls-key", "k.pem"}}}).find("go together"), std::string::npos);
  EXPECT_NE(error_of({.flags = {{"media-udp", "no"}, {"media-tcp", "no"}}}).find("both off"),
            std::string::npos);
  EXPECT_NE(error_of({.flags = {{"media-port", "65535"}, {"media-shards", "2"}}}).find("65535"),
            std::string::npos);
  EXPECT_NE(error_of({.flags = {{"ice-url", "turn:t.example"}}}).find("turn_secret"),
            std::string::npos);
  ConfigInput many;
  for (int i = 0; i < 33; ++i) many.flags.emplace_back("ice-url", "stun:s" + std::to_string(i));
  EXPECT_NE(error_of(many).find("more than 32"), std::string::npos);
}

TEST(ConfigTest, AnIceUrlThatBrowsersWouldThrowAtIsRefused) {
  EXPECT_NE(error_of({.flags = {{"ice-url", "turn://t.example"}}}).find("host name"),
            std::string::npos);
}

TEST(ConfigTest, TheFileMayBeNamedByTheEnvironment) {
  const File file("log: {level: error}\n");
  const auto loaded = load_config({.environment = {{"CONFAB_CONFIG", file.path()}}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->config.log.level, LogLevel::kError);
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST(ConfigTest, ForeignEnvironmentIsAWarningNotAnError) {
  // Given what Kubernetes sets for services called confab and confab-media, and a slip of the pen
  const auto loaded = load_config({.environment = {{"CONFAB_SERVICE_HOST", "10.0.0.1"},
                                                   {"CONFAB_MEDIA_PORT", "tcp://10.0.0.1:40000"},
                                                   {"CONFAB_LOG_LEVLE", "debug"},
                                                   {"PATH", "/bin"}}});
  // Then the server starts as configured and says what it did not use
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->config.media.port, 40000);
  ASSERT_EQ(loaded->warnings.size(), 3u);
  EXPECT_NE(loaded->warnings[2].find("did you mean CONFAB_LOG_LEVEL?"), std::string::npos);
}

TEST(ConfigTest, SecretsAreNeverShown) {
  const auto loaded = load_config({.flags = {{"turn-secret", "hunter2"}}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.ice.turn_secret, "hunter2");
  EXPECT_EQ(effective_config(loaded->config).find("hunter2"), std::string::npos);
  const std::string error = error_of({.flags = {{"turn-secret", std::string(5000, 'h')}}});
  EXPECT_EQ(error.find("hhh"), std::string::npos);
}

TEST(ConfigTest, TheProcessEnvironmentIsReadByPrefix) {
  ::setenv("CONFAB_LOG_LEVEL", "warn", 1);
  const auto loaded = load_config({.environment = config_environment()});
  ::unsetenv("CONFAB_LOG_LEVEL");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.log.level, LogLevel::kWarn);
}

// What a role does not start without.
ConfigPairs secrets() {
  return {{"CONFAB_RPC_SECRET", std::string(64, 's')},
          {"CONFAB_AUTH_TOKEN_KEY", std::string(64, 'a')},
          {"CONFAB_LOGS_DIR", "/var/log/confab"},
          {"CONFAB_MEDIA_NODE", "1=127.0.0.1:50051"}};
}

TEST(ConfigTest, OneFileServesEveryRoleAndEachMayHaveItsOwn) {
  const File file(
      "log: {level: warn}\n"
      "roles:\n"
      "  signaling: {http: {listen: '127.0.0.1:5100'}, log: {level: debug}}\n"
      "  media: {media: {port: 41000}}\n"
      "  web:\n");
  const auto load = [&](Role role) {
    return load_config({.role = role, .file = file.path(), .environment = secrets()});
  };
  const auto signaling = load(Role::kSignaling);
  ASSERT_TRUE(signaling.has_value()) << signaling.error().message;
  EXPECT_EQ(signaling->config.http.listen.port, 5100);
  EXPECT_EQ(signaling->config.log.level, LogLevel::kDebug);
  EXPECT_EQ(signaling->config.media.port, 40000);
  const auto media = load(Role::kMedia);
  ASSERT_TRUE(media.has_value()) << media.error().message;
  EXPECT_EQ(media->config.media.port, 41000);
  EXPECT_EQ(media->config.log.level, LogLevel::kWarn);
  const auto web = load(Role::kWeb);
  ASSERT_TRUE(web.has_value()) << web.error().message;
  EXPECT_EQ(web->config.http.listen.port, 3000);
}

TEST(ConfigTest, AMistakeUnderAnotherRoleIsFoundToo) {
  EXPECT_EQ(error_of_file("roles: {signalling: {}}"), ": roles.signalling is no role");
  EXPECT_EQ(error_of_file("roles: {media: {media: {prot: 1}}}"),
            ": roles.media: media.prot is unknown; did you mean media.port?");
  EXPECT_EQ(error_of_file("roles: {media: [1]}"),
            ": roles.media: expected sections as http: and log:");
  EXPECT_EQ(error_of_file("roles: 1"), ": roles: expected sections as signaling: and media:");
}

TEST(ConfigTest, EveryRoleShowsWhatItLooksAtAndTakesItBack) {
  for (const Role role : kRoles) {
    const auto first = load_config({.role = role, .environment = secrets()});
    ASSERT_TRUE(first.has_value()) << role_name(role) << ": " << first.error().message;
    const std::string shown = effective_config(first->config, role);
    const File file(shown);
    const auto loaded = load_config({.role = role, .file = file.path(), .environment = secrets()});
    ASSERT_TRUE(loaded.has_value()) << role_name(role) << ": " << loaded.error().message;
    EXPECT_EQ(effective_config(loaded->config, role), shown);
    EXPECT_EQ(shown.contains("socketio:"), role == Role::kServe || role == Role::kSignaling);
    EXPECT_TRUE(shown.contains("admin:"));
  }
}

TEST(ConfigTest, ARoleWithoutItsSecretsSaysWhichAndHowToMakeThem) {
  const auto refusal = [&](Role role, std::string_view without, const std::string& value = "") {
    ConfigPairs environment = secrets();
    std::erase_if(environment, [&](const auto& pair) { return pair.first == without; });
    if (!value.empty()) environment.emplace_back(without, value);
    return error_of({.role = role, .environment = environment});
  };
  for (const Role role : {Role::kMedia, Role::kSignaling}) {
    const std::string missing = refusal(role, "CONFAB_RPC_SECRET");
    EXPECT_TRUE(missing.contains("rpc.secret is needed") && missing.contains("openssl rand"))
        << missing;
    EXPECT_TRUE(refusal(role, "CONFAB_RPC_SECRET", "short").contains("too short"));
  }
  EXPECT_TRUE(refusal(Role::kSignaling, "CONFAB_AUTH_TOKEN_KEY").contains("openssl rand -hex 32"));
  EXPECT_TRUE(refusal(Role::kSignaling, "CONFAB_AUTH_TOKEN_KEY", std::string(64, 'z'))
                  .contains("auth.token_key"));
  EXPECT_TRUE(refusal(Role::kSignaling, "CONFAB_MEDIA_NODE").contains("rpc.media_nodes"));
  EXPECT_EQ(refusal(Role::kServe, "CONFAB_RPC_SECRET"), "(no error)");
  EXPECT_TRUE(refusal(Role::kMedia, "CONFAB_RPC_TLS_KEY", "k.pem").contains("go together"));
}

TEST(ConfigTest, TheKeysOfAProviderComeByTlsOrFromThisMachine) {
  const auto said = [](const std::string& url) {
    return error_of({.environment = {{"CONFAB_AUTH_JWKS_ISSUER", "https://id.example"},
                                     {"CONFAB_AUTH_JWKS_URL", url}}});
  };
  for (const char* good : {"https://id.example/keys", "http://127.0.0.1:8080/keys",
                           "http://127.1.2.3", "http://[::1]:8080/keys", "http://[::1]"}) {
    EXPECT_EQ(said(good), "(no error)") << good;
  }
  for (const char* bad :
       {"http://id.example/keys", "http://localhost/keys", "http://10.0.0.5/keys",
        "ftp://127.0.0.1", "HTTP://127.0.0.1", "//127.0.0.1", "id.example", "https://",
        "https:///keys", "http://", "http://127.0.0.1@id.example/",
        "http://127.0.0.1:80@id.example/", "http://[::1]id.example", "http://[::1",
        "http://127.0.0.1.id.example/", "http://[::1]@id.example/"}) {
    EXPECT_TRUE(said(bad).contains("auth.jwks_url must begin with https://")) << bad;
  }
}

TEST(ConfigTest, MediaNodesAreNumbersAndAddresses) {
  const auto load = [](const std::string& nodes) {
    ConfigPairs environment = secrets();
    environment.back().second = nodes;
    return load_config({.role = Role::kSignaling, .environment = environment});
  };
  const auto loaded = load("1=10.0.0.5:50051,2=media-2.internal:50051,3=[::1]:50052");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  ASSERT_EQ(loaded->config.rpc.media_nodes.size(), 3u);
  EXPECT_EQ(loaded->config.rpc.media_nodes[1], (ServicePlace{2, "media-2.internal", 50051}));
  for (const char* wrong : {"1", "a:1", "x=a:1", "1=a", "1=a:0", "70000=a:1", "=a:1", "1=:1"}) {
    EXPECT_FALSE(load(wrong).has_value()) << wrong;
  }
  EXPECT_TRUE(load("1=a:1,1=b:1").error().message.contains("twice"));
}

TEST(ConfigTest, RolesOnOneMachineDoNotMeetByDefault) {
  std::set<std::string> listening;
  for (const Role role : kRoles) {
    const Config config = default_config(role);
    if (role == Role::kServe) continue;
    EXPECT_TRUE(listening.insert(config.data_dir).second) << role_name(role);
    EXPECT_TRUE(listening.insert(std::to_string(config.admin.listen.port)).second);
    if (role == Role::kMedia) continue;
    EXPECT_TRUE(listening.insert(std::to_string(config.http.listen.port)).second);
  }
}

TEST(ConfigTest, VariablesOfTheReferenceSystemCountForItsRolesAndLessThanOurs) {
  const ConfigPairs environment = {{"PORT", "4040"},
                                   {"CONSUL_HOST", "consul"},
                                   {"SERVICE_HOST", "gateway-1"},
                                   {"NODE_ENV", "production"},
                                   {"REDIS_URL", "redis://redis"}};
  const auto gateway = load_config({.role = Role::kGateway, .environment = environment});
  ASSERT_TRUE(gateway.has_value()) << gateway.error().message;
  EXPECT_TRUE(gateway->warnings.empty());
  EXPECT_EQ(gateway->config.http.listen.port, 4040);
  EXPECT_EQ(gateway->config.discovery.consul, "http://consul:8500");
  EXPECT_EQ(gateway->config.discovery.address, "gateway-1");
  EXPECT_EQ(gateway->config.redis.url, "redis://redis");

  ConfigPairs both = environment;
  both.insert(both.begin(), {"CONFAB_HTTP", "127.0.0.1:4999"});
  EXPECT_EQ(load_config({.role = Role::kGateway, .environment = both})->config.http.listen.port,
            4999);
  both.front() = {"CONFAB_RPC_SECRET", std::string(64, 's')};
  EXPECT_EQ(load_config({.role = Role::kMedia, .environment = both})->config.admin.listen.port,
            4040);
  EXPECT_EQ(load_config({.environment = environment})->config.http.listen.port, 8080)
      << "serve is none of its roles";
  EXPECT_EQ(error_of({.role = Role::kWeb, .environment = {{"PORT", "none"}}}).find("CONFAB_HTTP"),
            std::string("environment: ").size());
}

TEST(ConfigTest, AMediaNodeTakesTheReferencesPortAndAddresses) {
  const ConfigInput input{.role = Role::kMedia,
                          .environment = {{"CONFAB_RPC_SECRET", std::string(64, 's')},
                                          {"GRPC_PORT", "50061"},
                                          {"MEDIASOUP_LISTEN_IP", "10.0.0.5"},
                                          {"MEDIASOUP_ANNOUNCED_IP", "203.0.113.7"}}};
  const auto loaded = load_config(input);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_TRUE(loaded->warnings.empty());
  const Config& config = loaded->config;
  EXPECT_EQ(config.media_service.grpc_listen.to_string(), "127.0.0.1:50061");
  EXPECT_FALSE(config.media_service.enabled) << "a port does not open it";
  ASSERT_EQ(config.media.addresses.size(), 1u);
  EXPECT_EQ(config.media.addresses[0].listen.to_string(), "10.0.0.5");
  EXPECT_EQ(config.media.addresses[0].announced.to_string(), "203.0.113.7");
}

TEST(ConfigTest, PlacesOfOtherProcessesAreReadWithOrWithoutTheirNumber) {
  const auto loaded =
      load_config({.role = Role::kGateway,
                   .flags = {{"gateway-signaling", "sig.example:5000,2=[::1]:5001,0=10.0.0.5:1"}}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const std::vector<ServicePlace> expected = {
      {{}, "sig.example", 5000}, {2, "::1", 5001}, {0, "10.0.0.5", 1}};
  EXPECT_EQ(loaded->config.gateway.signaling, expected);
  for (const char* bad : {"host", "host:", ":5000", "host:0", "host:99999", "x=host:1",
                          "70000=host:1", "http://host:1", "::1:5000", "[host]:1", "a b:1"}) {
    EXPECT_NE(error_of({.role = Role::kGateway, .flags = {{"gateway-signaling", bad}}}),
              "(no error)")
        << bad;
  }
}

TEST(ConfigTest, ARunningServerTakesOverWhatItLooksUpEachTimeAndNamesTheRest) {
  Config running;
  Config wanted;
  wanted.log.level = LogLevel::kDebug;
  wanted.call.chat_retention_days = 7;
  wanted.ice.urls = {"stun:stun.example.org"};
  wanted.media.port = 41000;
  wanted.http.body_bytes_max = 2048;
  const ConfigChange change = take_over_config(running, wanted);
  EXPECT_EQ(change.taken, "ice.urls,call.chat_retention_days,log.level");
  EXPECT_EQ(change.at_next_start, "http.body_bytes_max,media.port");
  EXPECT_EQ(running.log.level, LogLevel::kDebug);
  EXPECT_EQ(running.call.chat_retention_days, 7u);
  EXPECT_EQ(running.ice.urls, wanted.ice.urls);
  EXPECT_EQ(running.media.port, 40000);
  const ConfigChange again = take_over_config(running, wanted);
  EXPECT_EQ(again.taken, "");
}

}  // namespace
}  // namespace confab
