#include "service/gateway/upstreams.h"

#include <algorithm>
#include <set>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http_client/http_client.h"

namespace confab::gateway {

Upstreams::Upstreams(http::EventLoop& loop, discovery::Discovery& discovery,
                     const std::string& service, LogSink& log)
    : loop_(loop), log_(log) {
  discovery.watch(service, [this](const std::vector<discovery::Instance>& instances) {
    handle_instances(instances);
  });
}

void Upstreams::handle_instances(const std::vector<discovery::Instance>& instances) {
  instances_ = instances;
  log_.write(LogLevel::kInfo, "nodes_changed",
             {{"known", instances_.size()},
              {"healthy", std::ranges::count_if(instances_, &discovery::Instance::is_healthy)}});
  publish();
  look_up_names();
}

// A name may come to mean another address: a container that was started anew.
void Upstreams::look_up_names() {
  constexpr Duration kInterval = 5s;
  std::set<std::string> names;
  for (const discovery::Instance& instance : instances_) {
    if (!IpAddress::parse(instance.address)) names.insert(instance.address);
  }
  std::erase_if(addresses_, [&](const auto& known) { return !names.contains(known.first); });
  for (const std::string& name : names) {
    http::resolve(loop_, name, [this, name](const Result<IpAddress>& found) {
      if (!found) {
        log_.write(LogLevel::kWarn, "node_name_unknown",
                   {{"reason", Private{found.error().message}}});
        return;
      }
      if (std::exchange(addresses_[name], *found) != *found) publish();
    });
  }
  again_.set(names.empty() ? kNever : monotonic_now() + kInterval, [this] { look_up_names(); });
}

void Upstreams::publish() {
  std::vector<routing::Node> nodes;
  for (const discovery::Instance& instance : instances_) {
    auto address = IpAddress::parse(instance.address);
    if (!address) {
      const auto known = addresses_.find(instance.address);
      if (known == addresses_.end()) continue;
      address = known->second;
    }
    nodes.push_back({instance.node, {*address, instance.port}, instance.is_healthy});
  }
  table_->set_nodes(nodes);
}

}  // namespace confab::gateway
