#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/limits.h"
#include "platform/config/assign.h"
#include "platform/config/config.h"
#include "platform/config/options.h"
#include "platform/config/reference.h"
#include "platform/config/shared.h"

namespace confab {
namespace {

using config::did_you_mean;
using config::find_option;
using config::flag_of;
using config::invalid;
using config::key_of;
using config::Option;
using config::options;
using config::role_named;
using config::set_option;
using config::split_commas;
using config::Values;
using config::variable_of;

constexpr int kDepthMax = 8;

// Where the file is, for those who cannot give a flag.
constexpr std::string_view kFileVariable = "CONFAB_CONFIG";

std::string join_commas(const Values& values) {
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += ',';
    out += value;
  }
  return out;
}

Result<void> apply_file_node(Config& config, const std::string& file, const std::string& key,
                             const YAML::Node& node, int depth, std::set<std::string>& seen);

Result<void> apply_file_map(Config& config, const std::string& file, const std::string& prefix,
                            const YAML::Node& map, int depth, std::set<std::string>& seen) {
  if (depth > kDepthMax) return invalid(file + ": " + prefix + " is nested too deep");
  for (const auto& entry : map) {
    if (!entry.first.IsScalar()) return invalid(file + ": a name under " + prefix + " is no text");
    const std::string key =
        prefix.empty() ? entry.first.Scalar() : prefix + "." + entry.first.Scalar();
    if (auto applied = apply_file_node(config, file, key, entry.second, depth, seen); !applied) {
      return applied;
    }
  }
  return {};
}

Result<void> apply_file_node(Config& config, const std::string& file, const std::string& key,
                             const YAML::Node& node, int depth, std::set<std::string>& seen) {
  const Option* option = find_option(key, key_of);
  if (option == nullptr && node.IsMap()) {
    return apply_file_map(config, file, key, node, depth + 1, seen);
  }
  const std::string origin = file + ": " + key;
  if (option == nullptr) return invalid(origin + " is unknown" + did_you_mean(key, key_of));
  if (!seen.insert(key).second) return invalid(origin + " stands twice");
  Values values;
  if (node.IsScalar()) {
    values = option->shown.is_list ? split_commas(node.Scalar()) : Values{node.Scalar()};
  } else if (node.IsSequence() && option->shown.is_list) {
    for (const auto& element : node) {
      if (!element.IsScalar()) return invalid(origin + ": expected a list of plain values");
      values.push_back(element.Scalar());
    }
  } else {
    return invalid(origin + (option->shown.is_list ? ": expected a list" : ": expected one value"));
  }
  return set_option(config, *option, values, origin);
}

// Where in the file that is which one role alone has.
constexpr const char* kRolesKey = "roles";

// What the other roles are told is looked at as well: a mistake is found wherever it is looked for.
Result<void> apply_roles(Config& config, Role role, const std::string& file,
                         const YAML::Node& roles) {
  if (!roles.IsMap()) return invalid(file + ": roles: expected sections as signaling: and media:");
  for (const auto& entry : roles) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const std::string origin = file + ": roles." + name;
    const auto named = role_named(name);
    if (!named) return invalid(origin + " is no role");
    if (entry.second.IsNull()) continue;
    if (!entry.second.IsMap()) return invalid(origin + ": expected sections as http: and log:");
    Config other = config;
    std::set<std::string> seen;
    auto applied =
        apply_file_map(*named == role ? config : other, origin, "", entry.second, 0, seen);
    if (!applied) return applied;
  }
  return {};
}

// yaml-cpp throws on what it cannot read; this is where that ends.
Result<void> apply_file(Config& config, Role role, const std::string& file) {
  try {
    YAML::Node root = YAML::LoadFile(file);
    if (root.IsNull()) return {};  // an empty file, or comments alone
    if (!root.IsMap()) return invalid(file + ": expected sections as http: and media:");
    const YAML::Node roles = root[kRolesKey];
    root.remove(kRolesKey);
    std::set<std::string> seen;
    auto applied = apply_file_map(config, file, "", root, 0, seen);
    if (applied && roles.IsDefined()) applied = apply_roles(config, role, file, roles);
    return applied;
  } catch (const YAML::BadFile&) {
    return invalid(file + ": cannot be read");
  } catch (const YAML::Exception& e) {
    return invalid(file + ": " + e.what());
  }
}

// Kubernetes and Docker put CONFAB_MEDIA_PORT=tcp://10.0.0.1:40000 and the like into a container
// for a service called confab-media.
bool is_service_link(std::string_view value) {
  return value.starts_with("tcp://") || value.starts_with("udp://");
}

Result<void> apply_environment(LoadedConfig& loaded, const ConfigPairs& environment) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("CONFAB_") || name == kFileVariable) continue;
    const Option* option = find_option(name, variable_of);
    if (option == nullptr || is_service_link(value)) {
      loaded.warnings.push_back(
          "environment: " + name + " is not used" +
          (option ? " (set by the container platform)" : did_you_mean(name, variable_of)));
      continue;
    }
    const Values values = option->shown.is_list ? split_commas(value) : Values{value};
    if (auto set = set_option(loaded.config, *option, values, "environment: " + name); !set) {
      return set;
    }
  }
  return {};
}

Result<void> apply_flags(Config& config, const ConfigPairs& flags) {
  std::vector<std::pair<const Option*, Values>> given;
  for (const auto& [flag, value] : flags) {
    const Option* option = find_option(flag, flag_of);
    if (option == nullptr)
      return invalid("--" + flag + " is unknown" + did_you_mean(flag, flag_of));
    auto entry = std::ranges::find(given, option, [](const auto& pair) { return pair.first; });
    if (entry == given.end()) entry = given.insert(given.end(), {option, {}});
    const Values parts = option->shown.is_list ? split_commas(value) : Values{value};
    entry->second.insert(entry->second.end(), parts.begin(), parts.end());
  }
  for (const auto& [option, values] : given) {
    if (auto set = set_option(config, *option, values, "--" + option->shown.flag); !set) return set;
  }
  return {};
}

// What no single option can know.
Result<void> check_whole(const Config& config) {
  if (config.http.tls_certificate.empty() != config.http.tls_key.empty()) {
    return invalid("http.tls_certificate and http.tls_key go together: set both or neither");
  }
  if (!config.media.udp && !config.media.tcp) {
    return invalid("media.udp and media.tcp are both off: no browser could send or receive");
  }
  if (!config.log.standard_output && config.log.file.empty() && config.log.dir.empty()) {
    return invalid("log.stdout is off, and log.file and log.dir are empty: nobody would read it");
  }
  if (!config.log.file.empty() && !config.log.dir.empty()) {
    return invalid("log.file and log.dir are both set: a process writes one file");
  }
  if (config.media.port + std::max(config.media.shards, 1u) - 1 > 65535) {
    return invalid("media.port + media.shards goes past port 65535");
  }
  if (config.ice.urls.size() > limits::kIceUrls) {
    return invalid("ice.urls names more than " + std::to_string(limits::kIceUrls) + " servers");
  }
  const auto is_turn = [](const std::string& url) { return url.starts_with("turn"); };
  if (config.ice.turn_secret.empty() && std::ranges::any_of(config.ice.urls, is_turn)) {
    return invalid("ice.urls names a TURN server: ice.turn_secret is needed for its passwords");
  }
  return {};
}

// Nothing secret has a default where others may come by.
constexpr std::size_t kSecretMin = 32;

Result<void> check_rpc(const RpcConfig& rpc) {
  const int files =
      !rpc.tls_authority.empty() + !rpc.tls_certificate.empty() + !rpc.tls_key.empty();
  if (files != 0 && files != 3) {
    return invalid("rpc.tls_authority, rpc.tls_certificate and rpc.tls_key go together");
  }
  if (rpc.secret.empty() && files == 0) {
    return invalid(
        "rpc.secret is needed, the same for signaling and media; make one with: openssl rand -hex "
        "32"
        " (or set rpc.tls_authority, rpc.tls_certificate and rpc.tls_key)");
  }
  if (!rpc.secret.empty() && rpc.secret.size() < kSecretMin) {
    return invalid("rpc.secret is too short: make one with: openssl rand -hex 32");
  }
  return {};
}

Result<void> check_media_nodes(const std::vector<ServicePlace>& nodes, bool has_directory) {
  if (nodes.empty() && !has_directory) {
    return invalid("rpc.media_nodes is needed: name the media nodes, or set discovery.consul");
  }
  std::set<std::uint16_t> numbers;
  for (const ServicePlace& place : nodes) {
    // What it makes has its number in it.
    if (!place.node)
      return invalid("rpc.media_nodes: expected node=host:port, as 1=10.0.0.5:50051");
    if (numbers.insert(*place.node).second) continue;
    return invalid("rpc.media_nodes names number " + std::to_string(*place.node) + " twice");
  }
  return {};
}

Result<void> check_auth(const AuthConfig& auth) {
  const bool is_hex =
      std::ranges::all_of(auth.token_key, [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (auth.token_key.size() == 64 && is_hex) return {};
  return invalid(
      "auth.token_key is needed, 64 hex digits that are the same for all signaling; make "
      "them with: openssl rand -hex 32");
}

// What is behind "http://", up to the path, if that is an address of this machine as it is written:
// a name may lead anywhere.
bool is_loopback_authority(std::string_view text) {
  const bool is_v6 = text.starts_with('[');
  const std::size_t end = is_v6 ? text.find(']') : text.find(':');
  if (is_v6 && end == std::string_view::npos) return false;
  const std::string_view host = text.substr(is_v6 ? 1 : 0, is_v6 ? end - 1 : end);
  std::string_view port = end == std::string_view::npos ? "" : text.substr(end + (is_v6 ? 1 : 0));
  if (port.starts_with(':')) port.remove_prefix(1);
  const auto address = IpAddress::parse(host);
  return address && address->is_loopback() &&
         port.find_first_not_of("0123456789") == std::string_view::npos;
}

// Who may write between us and the provider may make tokens of anybody, so that is to be by TLS.
bool is_safe_url(std::string_view url) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  if (url.starts_with(kTls)) return url.size() > kTls.size() && url[kTls.size()] != '/';
  if (!url.starts_with(kPlain)) return false;
  url.remove_prefix(kPlain.size());
  return is_loopback_authority(url.substr(0, url.find_first_of("/?#")));
}

// One of them alone would take nobody's tokens, or everybody's.
Result<void> check_provider(const AuthConfig& auth) {
  if (auth.jwks_issuer.empty() != auth.jwks_url.empty()) {
    return invalid("auth.jwks_issuer and auth.jwks_url go together");
  }
  if (!auth.jwks_url.empty() && !is_safe_url(auth.jwks_url)) {
    return invalid(
        "auth.jwks_url must begin with https:// (http:// only to 127.0.0.1 or [::1]): who can "
        "change what it answers can make tokens");
  }
  if (auth.issuer.empty() || auth.issuer == auth.jwks_issuer) {
    return invalid("auth.issuer must be a name of its own: it says that a token was made here");
  }
  return {};
}

Result<void> check_accounts(const AuthConfig& auth) {
  const std::string& url = auth.public_url;
  const bool is_local = url == "http://localhost" || url.starts_with("http://localhost:");
  if (!url.empty() && !is_local && (!is_safe_url(url) || url.ends_with('/'))) {
    return invalid("auth.public_url: expected https://NAME without a slash at its end");
  }
  if (auth.oidc_issuer.empty()) return {};
  if (!is_safe_url(auth.oidc_issuer)) {
    return invalid(
        "auth.oidc_issuer must begin with https:// (http:// only to 127.0.0.1 or [::1]): who can "
        "change what it answers can sign in as anybody");
  }
  if (auth.oidc_client_id.empty() || auth.oidc_client_secret.empty() || auth.public_url.empty()) {
    return invalid(
        "auth.oidc_issuer needs auth.oidc_client_id, auth.oidc_client_secret and "
        "auth.public_url, to which the provider sends people back");
  }
  if (auth.accounts == AccountsMode::kOff) {
    return invalid("auth.oidc_issuer needs accounts: set auth.accounts to invite or open");
  }
  return {};
}

// What was logged tells who met whom and when, which is nobody's business who happens to come by.
Result<void> check_logs(const Config& config) {
  if (config.logs.dir.empty() && config.log.dir.empty()) {
    return invalid("logs.dir is needed: the folder of the log files to show");
  }
  const bool is_for_others = !config.http.listen.address.is_loopback() ||
                             (config.http.tls && !config.http.tls_listen.address.is_loopback());
  if (config.logs.token.empty() && is_for_others) {
    return invalid(
        "logs.token is needed where others than this machine may come (http.listen, "
        "http.tls_listen); make one with: openssl rand -hex 32");
  }
  if (!config.logs.token.empty() && config.logs.token.size() < kSecretMin) {
    return invalid("logs.token is too short: make one with: openssl rand -hex 32");
  }
  return {};
}

// What a role can not do without.
Result<void> check_role(const Config& config, Role role) {
  Result<void> checked;
  if (role == Role::kLogs) return check_logs(config);
  if (role == Role::kServe || role == Role::kSignaling) {
    if (auto provider = check_provider(config.auth); !provider) return provider;
    if (auto accounts = check_accounts(config.auth); !accounts) return accounts;
  }
  if (role == Role::kSignaling || role == Role::kMedia) checked = check_rpc(config.rpc);
  if (!checked || role != Role::kSignaling) return checked;
  checked = check_auth(config.auth);
  if (!checked) return checked;
  return check_media_nodes(config.rpc.media_nodes, !config.discovery.consul.empty());
}

Result<void> check(const Config& config, Role role) {
  auto checked = check_whole(config);
  return checked ? check_role(config, role) : checked;
}

}  // namespace

Result<LoadedConfig> load_config(const ConfigInput& input) {
  LoadedConfig loaded{default_config(input.role), {}};
  Result<void> done;
  std::string file = input.file;
  const auto named =
      std::ranges::find(input.environment, kFileVariable, &ConfigPairs::value_type::first);
  if (file.empty() && named != input.environment.end()) file = named->second;
  if (!file.empty()) done = apply_file(loaded.config, input.role, file);
  if (done) {
    done = apply_environment(loaded, config::reference_settings(input.role, input.environment));
  }
  if (done) done = apply_environment(loaded, input.environment);
  if (done) done = apply_flags(loaded.config, input.flags);
  if (done) done = check(loaded.config, input.role);
  if (!done) return std::unexpected(std::move(done).error());
  return loaded;
}

Result<Config> with_shared(const Config& base, Role role, const ConfigPairs& shared) {
  Config config = base;
  auto done = config::apply_shared(config, role, shared);
  if (done) done = check(config, role);
  if (!done) return std::unexpected(std::move(done).error());
  return config;
}

ConfigChange take_over_config(Config& running, const Config& wanted) {
  ConfigChange change;
  for (const Option& option : options()) {
    const Values values = option.get(wanted);
    if (values == option.get(running)) continue;
    std::string& keys = option.shown.is_live ? change.taken : change.at_next_start;
    if (!keys.empty()) keys += ',';
    keys += option.shown.key;
    if (!option.shown.is_live) continue;
    const auto error = option.set(running, values);
    CHECK(!error);  // it was printed by what parses it
  }
  return change;
}

std::string effective_config(const Config& config, Role role) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  std::string section;
  for (const Option& option : options()) {
    if (option.shown.is_retired || !option.is_of(role)) continue;
    const std::string key(option.shown.key);
    const std::size_t dot = key.find('.');
    const std::string owner = dot == std::string::npos ? "" : key.substr(0, dot);
    if (owner != section) {
      if (!section.empty()) out << YAML::EndMap;
      if (!owner.empty()) out << YAML::Key << owner << YAML::Value << YAML::BeginMap;
      section = owner;
    }
    out << YAML::Key << key.substr(dot == std::string::npos ? 0 : dot + 1) << YAML::Value;
    const Values values = option.get(config);
    if (option.shown.is_list) {
      out << YAML::Flow << values;
    } else {
      const bool hide = option.shown.is_secret && !values.front().empty();
      out << (hide ? "(secret)" : values.front());
    }
  }
  if (!section.empty()) out << YAML::EndMap;
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

std::span<const ConfigOption> config_options(Role role) {
  static const auto kShown = [] {
    std::array<std::vector<ConfigOption>, std::size(kRoles)> shown;
    for (const Role each : kRoles) {
      const Config defaults = default_config(each);
      for (const Option& option : options()) {
        if (!option.is_of(each)) continue;
        shown[static_cast<std::size_t>(each)].push_back(option.shown);
        shown[static_cast<std::size_t>(each)].back().default_text =
            join_commas(option.get(defaults));
      }
    }
    return shown;
  }();
  return kShown[static_cast<std::size_t>(role)];
}

ConfigPairs config_environment() {
  ConfigPairs pairs;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t sign = text.find('=');
    if (sign == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, sign);
    if (!name.starts_with("CONFAB_") && !config::is_reference_variable(name)) continue;
    pairs.emplace_back(text.substr(0, sign), text.substr(sign + 1));
  }
  return pairs;
}

}  // namespace confab
