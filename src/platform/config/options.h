// The table of options: each names its key, its field in Config and the range it may have.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/config/config.h"

namespace confab::config {

using Values = std::vector<std::string>;

// Some of the roles.
using RoleSet = std::uint32_t;
constexpr RoleSet set_of(auto... roles) {
  return ((RoleSet{1} << static_cast<unsigned>(roles)) | ... | RoleSet{0});
}

struct Option {
  ConfigOption shown;
  RoleSet roles = 0;  // who looks at it
  // Names a file of this machine, shows what is private, or deletes: not to be set for all.
  bool is_local = false;
  // What was expected instead, if the values do not fit.
  std::function<std::optional<std::string>(Config&, const Values&)> set;
  std::function<Values(const Config&)> get;

  bool is_of(Role role) const { return (roles & set_of(role)) != 0; }
};

std::span<const Option> options();

}  // namespace confab::config
