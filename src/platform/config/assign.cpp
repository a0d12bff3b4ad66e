#include "platform/config/assign.h"

#include <iterator>
#include <utility>

namespace confab::config {

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

Values split_commas(std::string_view text) {
  Values parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

Result<void> set_option(Config& config, const Option& option, const Values& values,
                        std::string_view origin) {
  const auto wanted = option.set(config, values);
  if (!wanted) return {};
  if (option.shown.is_retired) return invalid(std::string(origin) + " is no more: set " + *wanted);
  std::string given;
  if (!option.shown.is_secret && values.size() == 1) given = ", not \"" + values.front() + "\"";
  return invalid(std::string(origin) + ": expected " + *wanted + given);
}

std::optional<Role> role_named(std::string_view name) {
  const auto found = std::ranges::find(kRoles, name, role_name);
  return found == std::end(kRoles) ? std::nullopt : std::optional(*found);
}

}  // namespace confab::config
