#include "platform/discovery/consul/service_view.h"

#include <algorithm>
#include <utility>

namespace confab::discovery::consul {

bool ServiceView::handle_instances(Instant now, std::vector<Instance> instances, bool is_afresh) {
  const auto has = [&](const Instance& one) {
    return std::ranges::any_of(instances, [&](const Instance& i) { return i.id == one.id; });
  };
  std::map<std::string, Instant> missed;
  std::vector<Instance> kept;
  for (const Instance& instance : known_) {
    if (has(instance)) continue;
    const auto before = missed_until_.find(instance.id);
    if (before == missed_until_.end() && !is_afresh) continue;  // it was taken out
    const Instant until = before == missed_until_.end() ? now + kGrace : before->second;
    if (until <= now) continue;
    missed.emplace(instance.id, until);
    kept.push_back(instance);
  }
  missed_until_ = std::move(missed);
  std::ranges::move(kept, std::back_inserter(instances));
  return conclude(std::move(instances));
}

bool ServiceView::handle_timeout(Instant now) {
  if (now < next_timeout()) return false;
  std::vector<Instance> instances = known_;
  std::erase_if(instances, [&](const Instance& instance) {
    const auto missed = missed_until_.find(instance.id);
    return missed != missed_until_.end() && missed->second <= now;
  });
  std::erase_if(missed_until_, [&](const auto& missed) { return missed.second <= now; });
  return conclude(std::move(instances));
}

Instant ServiceView::next_timeout() const {
  Instant soonest = kNever;
  for (const auto& [id, until] : missed_until_) soonest = std::min(soonest, until);
  return soonest;
}

bool ServiceView::conclude(std::vector<Instance> instances) {
  std::ranges::sort(instances, {}, [](const Instance& i) { return std::pair(i.node, i.id); });
  const bool is_news = !std::exchange(was_told_, true) || instances != known_;
  known_ = std::move(instances);
  return is_news;
}

}  // namespace confab::discovery::consul
