// What `confab` can be: its words for roles, and what each of them runs.
#pragma once

#include <span>
#include <string_view>

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

struct RoleEntry {
  Role role = Role::kServe;
  std::string_view help;
  // Returns the process's exit code.
  int (*run)(Config config, ConfigSource source) = nullptr;
};

std::span<const RoleEntry> roles();

}  // namespace confab::cli
