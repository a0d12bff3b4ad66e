#include "platform/discovery/static_discovery.h"

#include <algorithm>
#include <utility>

namespace confab::discovery {
namespace {

// Those of one service, as a watcher is told them.
std::vector<Instance> those_of(const std::vector<Instance>& all, std::string_view service) {
  std::vector<Instance> some;
  for (const Instance& instance : all) {
    if (instance.service == service) some.push_back(instance);
  }
  std::ranges::sort(some, {}, [](const Instance& i) { return std::pair(i.node, i.id); });
  return some;
}

Values below(const Values& values, std::string_view prefix) {
  Values some;
  for (const auto& [key, value] : values) {
    if (key.starts_with(prefix)) some.emplace(key.substr(prefix.size()), value);
  }
  return some;
}

class StaticDiscovery final : public Discovery {
 public:
  StaticDiscovery(http::EventLoop& loop, std::vector<Instance> instances, Values values)
      : loop_(loop), instances_(std::move(instances)), values_(std::move(values)) {}

  void watch(std::string service, Watcher watcher) override {
    loop_.post(
        [watcher = std::move(watcher), known = those_of(instances_, service)] { watcher(known); });
  }
  void watch_values(std::string prefix, ValuesWatcher watcher) override {
    loop_.post([watcher = std::move(watcher), known = below(values_, prefix)] { watcher(known); });
  }
  // Those who should know have this process in their own lists.
  void announce(Registration) override {}
  void drain() override {}
  void leave(std::move_only_function<void()> done) override { loop_.post(std::move(done)); }
  Counts counts() const override { return {}; }
  bool is_reachable() const override { return true; }

 private:
  http::EventLoop& loop_;
  const std::vector<Instance> instances_;
  const Values values_;
};

}  // namespace

std::unique_ptr<Discovery> make_static_discovery(http::EventLoop& loop,
                                                 std::vector<Instance> instances, Values values) {
  return std::make_unique<StaticDiscovery>(loop, std::move(instances), std::move(values));
}

}  // namespace confab::discovery
