#include "platform/discovery/static_discovery.h"

#include <gtest/gtest.h>

namespace confab::discovery {
namespace {

TEST(Instance, tells_its_other_doors) {
  const Instance instance{.meta = {{"grpc_port", "50051"}, {"odd_port", "many"}}};
  EXPECT_EQ(instance.port_of("grpc"), 50051);
  EXPECT_EQ(instance.port_of("odd"), std::nullopt);
  EXPECT_EQ(instance.port_of("none"), std::nullopt);
}

TEST(StaticDiscovery, tells_each_watcher_its_service_once_and_later) {
  http::EventLoop loop;
  const auto discovery =
      make_static_discovery(loop,
                            {{.id = "b", .service = "s", .node = 2},
                             {.id = "a", .service = "s", .node = 1},
                             {.id = "c", .service = "other", .node = 1}},
                            {{"confab/config/log.level", "debug"}, {"else", "x"}});
  std::vector<std::string> told;
  discovery->watch("s", [&](const std::vector<Instance>& instances) {
    for (const Instance& instance : instances) told.push_back(instance.id);
  });
  discovery->watch_values("confab/config/", [&](const Values& values) {
    for (const auto& [key, value] : values) told.push_back(key + "=" + value);
  });
  EXPECT_TRUE(told.empty());
  loop.post([&] { discovery->leave([&] { loop.stop(); }); });
  loop.run();
  EXPECT_EQ(told, (std::vector<std::string>{"a", "b", "log.level=debug"}));
}

}  // namespace
}  // namespace confab::discovery
