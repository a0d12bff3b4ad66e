#include "platform/discovery/discovery_contract.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "platform/clock/clock.h"
#include "platform/discovery/consul_discovery.h"

namespace confab::discovery {
namespace {

// A process: its loop on a thread of its own, and its view of the directory.
class Process {
 public:
  // Runs on its loop and waits for the answer.
  template <typename F>
  auto ask(F what) {
    std::promise<decltype(what())> answer;
    loop_.post([&] { answer.set_value(what()); });
    return answer.get_future().get();
  }

  explicit Process(const std::string& url) {
    ask([&] {
      discovery_ = *make_consul_discovery(loop_, {.url = url, .token = ""}, null_log());
      return 0;
    });
  }
  ~Process() {
    ask([&] {
      discovery_ = nullptr;
      return 0;
    });
    loop_.stop();
  }

  void watch(const std::string& service) {
    ask([&] {
      discovery_->watch(service, [this](const std::vector<Instance>& instances) {
        const std::lock_guard lock(mutex_);
        known_ = instances;
        fewest_ = std::min(fewest_, instances.size());
      });
      return 0;
    });
  }
  void watch_values(const std::string& prefix) {
    ask([&] {
      discovery_->watch_values(prefix, [this](const Values& values) {
        const std::lock_guard lock(mutex_);
        values_ = values;
      });
      return 0;
    });
  }
  void announce(const Registration& registration) {
    ask([&] {
      discovery_->announce(registration);
      return 0;
    });
  }
  void drain() {
    ask([&] {
      discovery_->drain();
      return 0;
    });
  }
  void leave() {
    std::promise<void> left;
    loop_.post([&] { discovery_->leave([&] { left.set_value(); }); });
    left.get_future().wait();
  }
  // Its loop does nothing else meanwhile.
  void get_stuck_for(Duration time) {
    loop_.post([time] { std::this_thread::sleep_for(time); });
  }

  std::vector<Instance> known() const {
    const std::lock_guard lock(mutex_);
    return known_;
  }
  Values values() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }
  void forget_fewest() {
    const std::lock_guard lock(mutex_);
    fewest_ = known_.size();
  }
  std::size_t fewest() const {
    const std::lock_guard lock(mutex_);
    return fewest_;
  }
  Discovery::Counts counts() {
    return ask([&] { return discovery_->counts(); });
  }
  bool is_reachable() {
    return ask([&] { return discovery_->is_reachable(); });
  }

 private:
  http::EventLoop loop_;
  std::unique_ptr<Discovery> discovery_;
  mutable std::mutex mutex_;
  std::vector<Instance> known_;
  std::size_t fewest_ = 1000;
  Values values_;
  std::jthread thread_{[this] { loop_.run(); }};
};

// How long it took, or `most`.
template <typename Condition>
Duration until(Condition condition, Duration most = 10s) {
  const Instant begun = monotonic_now();
  while (!condition() && monotonic_now() - begun < most) std::this_thread::sleep_for(20ms);
  return monotonic_now() - begun;
}

Registration node(std::uint16_t number, std::string boot = "b00f") {
  return {.self = {.service = "signaling-service",
                   .node = number,
                   .boot = std::move(boot),
                   .address = "10.0.0." + std::to_string(number),
                   .port = 5000,
                   .meta = {{"grpc_port", "50051"}, {"region", "eu"}},
                   .tags = {"v1", "region-eu"}},
          .health_url = ""};
}

struct Ground {
  explicit Ground(const AgentUnderTest& agent_under_test)
      : agent(agent_under_test.make()), watcher(agent->url()) {
    watcher.watch("signaling-service");
  }
  std::unique_ptr<Process> process() const { return std::make_unique<Process>(agent->url()); }
  bool sees(std::size_t count) const { return watcher.known().size() == count; }

  std::unique_ptr<Agent> agent;
  Process watcher;
};

TEST_P(DiscoveryContract, a_process_is_found_with_all_it_says_of_itself) {
  Ground ground(GetParam());
  const auto process = ground.process();
  process->announce(node(7));
  EXPECT_LT(until([&] { return ground.sees(1); }), 3s);
  ASSERT_TRUE(ground.sees(1));
  const Instance found = ground.watcher.known().at(0);
  EXPECT_EQ(found.id, "signaling-service-7-5000");
  EXPECT_EQ(found.node, 7);
  EXPECT_EQ(found.boot, "b00f");
  EXPECT_EQ(found.address, "10.0.0.7");
  EXPECT_EQ(found.port, 5000);
  EXPECT_EQ(found.port_of("grpc"), 50051);
  EXPECT_EQ(found.tags, (std::vector<std::string>{"v1", "region-eu"}));
  EXPECT_TRUE(found.is_healthy);
}

TEST_P(DiscoveryContract, who_comes_and_who_leaves_is_told_at_once) {
  Ground ground(GetParam());
  const auto one = ground.process();
  const auto two = ground.process();
  one->announce(node(1));
  EXPECT_LT(until([&] { return ground.sees(1); }), 3s);
  two->announce(node(2));
  EXPECT_LT(until([&] { return ground.sees(2); }), 3s);
  one->leave();
  EXPECT_LT(until([&] { return ground.sees(1); }), 3s);
  EXPECT_EQ(ground.watcher.known().at(0).node, 2);
}

TEST_P(DiscoveryContract, one_that_drains_is_there_and_takes_nothing_new) {
  Ground ground(GetParam());
  const auto process = ground.process();
  process->announce(node(1));
  until([&] { return ground.sees(1); });
  process->drain();
  EXPECT_LT(until([&] { return ground.sees(1) && !ground.watcher.known().at(0).is_healthy; }), 3s);
  EXPECT_TRUE(ground.sees(1));
}

TEST_P(DiscoveryContract, one_that_is_there_again_with_another_boot_is_told) {
  Ground ground(GetParam());
  auto process = ground.process();
  process->announce(node(1, "aaaa"));
  until([&] { return ground.sees(1); });
  process = nullptr;  // killed: it says no goodbye
  process = ground.process();
  process->announce(node(1, "bbbb"));
  EXPECT_LT(until([&] { return ground.sees(1) && ground.watcher.known().at(0).boot == "bbbb"; }),
            3s);
}

TEST_P(DiscoveryContract, one_whose_loop_is_stuck_is_unhealthy_until_it_turns_again) {
  Ground ground(GetParam());
  const auto process = ground.process();
  process->announce(node(1));
  until([&] { return ground.sees(1); });
  process->get_stuck_for(14s);
  const auto is_healthy = [&] { return ground.sees(1) && ground.watcher.known().at(0).is_healthy; };
  EXPECT_LT(until([&] { return !is_healthy(); }, 20s), 13s);
  EXPECT_LT(until(is_healthy, 10s), 6s);
}

TEST_P(DiscoveryContract, values_below_a_prefix_are_told_as_they_change) {
  Ground ground(GetParam());
  ground.watcher.watch_values("confab/config/");
  ground.agent->put_value("confab/config/log.level", "debug");
  ground.agent->put_value("confab/other", "x");
  const auto says = [&](const char* level) {
    return ground.watcher.values() == Values{{"log.level", level}};
  };
  EXPECT_LT(until([&] { return says("debug"); }), 3s);
  ground.agent->put_value("confab/config/log.level", "warn");
  EXPECT_LT(until([&] { return says("warn"); }), 3s);
}

TEST_P(DiscoveryContract, an_agent_that_comes_back_empty_costs_nobody_and_is_told_again) {
  Ground ground(GetParam());
  const auto one = ground.process();
  const auto two = ground.process();
  one->announce(node(1));
  two->announce(node(2));
  until([&] { return ground.sees(2); });
  ground.watcher.forget_fewest();

  ground.agent->stop();
  EXPECT_LT(until([&] { return !ground.watcher.is_reachable(); }), 5s);
  EXPECT_TRUE(ground.sees(2));
  ground.agent->start();
  const auto are_back = [&] {
    return one->counts().registrations == 2 && two->counts().registrations == 2;
  };
  EXPECT_LT(until(are_back), 5s);
  EXPECT_LT(until([&] { return ground.watcher.is_reachable(); }), 5s);
  // Longer than the grace: what is seen then is what the agent says.
  std::this_thread::sleep_for(11s);
  EXPECT_TRUE(ground.sees(2));
  EXPECT_EQ(ground.watcher.fewest(), 2u) << "nobody was missing in between";
  one->leave();
  EXPECT_LT(until([&] { return ground.sees(1); }), 3s);
}

TEST_P(DiscoveryContract, one_that_the_agent_has_lost_registers_again) {
  Ground ground(GetParam());
  const auto process = ground.process();
  process->announce(node(1));
  until([&] { return ground.sees(1); });
  ground.agent->forget_service("signaling-service-1-5000");
  EXPECT_LT(until([&] { return process->counts().registrations == 2; }), 5s);
  EXPECT_LT(until([&] { return ground.sees(1); }), 3s);
}

TEST_P(DiscoveryContract, an_agent_that_stands_still_changes_nothing_until_it_goes_on) {
  Ground ground(GetParam());
  const auto process = ground.process();
  process->announce(node(1));
  until([&] { return ground.sees(1); });
  ground.watcher.forget_fewest();
  ground.agent->freeze();
  std::this_thread::sleep_for(4s);
  EXPECT_TRUE(ground.sees(1));
  ground.agent->thaw();
  const auto other = ground.process();
  other->announce(node(2));
  EXPECT_LT(until([&] { return ground.sees(2); }), 5s);
  EXPECT_EQ(ground.watcher.fewest(), 1u);
}

}  // namespace
}  // namespace confab::discovery
