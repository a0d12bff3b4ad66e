// The table of options: each names its key, its field in Config and the range it may have.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/config/config.h"

namespace confab::config {

using Values = std::vector<std::string>;

struct Option {
  ConfigOption shown;
  // What was expected instead, if the values do not fit.
  std::function<std::optional<std::string>(Config&, const Values&)> set;
  std::function<Values(const Config&)> get;
};

std::span<const Option> options();

}  // namespace confab::config
