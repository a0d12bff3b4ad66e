// Options found by a name and set from text, with complaints that say where the text came from.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/config/nearest.h"
#include "platform/config/options.h"

namespace confab::config {

std::unexpected<Error> invalid(std::string message);

inline std::string_view key_of(const ConfigOption& option) {
  return option.key;
}
inline std::string_view flag_of(const ConfigOption& option) {
  return option.flag;
}
inline std::string_view variable_of(const ConfigOption& option) {
  return option.environment;
}

// The option that `name_of` calls `name`, or null.
template <typename NameOf>
const Option* find_option(std::string_view name, NameOf name_of) {
  const auto found = std::ranges::find_if(
      options(), [&](const Option& option) { return name_of(option.shown) == name; });
  return found == options().end() ? nullptr : &*found;
}

template <typename NameOf>
std::string did_you_mean(std::string_view name, NameOf name_of) {
  std::vector<std::string_view> names;
  for (const Option& option : options()) {
    if (!option.shown.is_retired) names.push_back(name_of(option.shown));
  }
  const std::string_view near = nearest_name(name, names);
  return near.empty() ? "" : "; did you mean " + std::string(near) + "?";
}

Values split_commas(std::string_view text);

// Says where the value came from, never what a secret was.
Result<void> set_option(Config& config, const Option& option, const Values& values,
                        std::string_view origin);

std::optional<Role> role_named(std::string_view name);

}  // namespace confab::config
