#include "service/cli/parts/shared_settings.h"

#include <algorithm>
#include <utility>

namespace confab::cli {

auto SharedSettings::propose(const discovery::Values& values) -> Proposal {
  Proposal proposal;
  discovery::Values refused;
  for (const auto& [name, value] : values) {
    if (name.empty() || name.ends_with('/')) continue;  // a folder, as Consul's own pages make them
    const auto checked = check_shared(name, value);
    if (checked) {
      proposal.settings.emplace_back(name, value);
      continue;
    }
    const auto before = refused_.find(name);
    if (before == refused_.end() || before->second != value) {
      ++refused_count_;
      proposal.refused.push_back({name, checked.error().message});
    }
    refused.emplace(name, value);
    const auto old = std::ranges::find(in_force_, name, &ConfigPairs::value_type::first);
    if (old != in_force_.end()) proposal.settings.push_back(*old);
  }
  refused_ = std::move(refused);
  return proposal;
}

}  // namespace confab::cli
