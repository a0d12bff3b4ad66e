#include "platform/config/shared.h"

#include <algorithm>
#include <optional>
#include <string>

#include "platform/config/assign.h"

namespace confab {
namespace {

using config::Option;

struct Setting {
  std::optional<Role> role;  // nothing: every role's
  const Option* option = nullptr;
};

Result<Setting> find_setting(std::string_view name) {
  constexpr std::string_view kRolesPrefix = "roles.";
  std::string key(name);
  std::ranges::replace(key, '/', '.');
  Setting setting;
  if (key.starts_with(kRolesPrefix)) {
    key.erase(0, kRolesPrefix.size());
    const std::size_t dot = std::min(key.find('.'), key.size());
    setting.role = config::role_named(std::string_view(key).substr(0, dot));
    if (!setting.role) return config::invalid("no role of that name");
    key.erase(0, dot + 1);
  }
  setting.option = config::find_option(key, config::key_of);
  if (setting.option == nullptr) {
    return config::invalid("no such option" + config::did_you_mean(key, config::key_of));
  }
  if (!setting.option->shown.is_shared) {
    return config::invalid(key + " can not be set for all from here");
  }
  return setting;
}

Result<void> apply(Config& config, const Option& option, std::string_view value) {
  const auto values =
      option.shown.is_list ? config::split_commas(value) : config::Values{std::string(value)};
  return config::set_option(config, option, values, option.shown.key);
}

}  // namespace

Result<void> check_shared(std::string_view name, std::string_view value) {
  const auto setting = find_setting(name);
  if (!setting) return std::unexpected(setting.error());
  Config scratch;
  return apply(scratch, *setting->option, value);
}

Result<void> config::apply_shared(Config& config, Role role, const ConfigPairs& shared) {
  for (const bool is_for_one : {false, true}) {
    for (const auto& [name, value] : shared) {
      const auto setting = find_setting(name);
      if (!setting) return std::unexpected(setting.error());
      if (setting->role.has_value() != is_for_one || (is_for_one && setting->role != role))
        continue;
      // What goes with it may be told to the roles that look at it only, such as TURN's secret.
      if (!setting->option->is_of(role)) continue;
      if (auto applied = apply(config, *setting->option, value); !applied) return applied;
    }
  }
  return {};
}

}  // namespace confab
