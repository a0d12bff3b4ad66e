// "Did you mean ...?" for a mistyped name.
#pragma once

#include <span>
#include <string_view>

namespace confab::config {

// The candidate with the fewest edits from `name`, or one whose last part is `name`; empty if none
// is near enough to be a typing slip.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace confab::config
