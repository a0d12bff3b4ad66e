// What every directory that this process registers with promises, as tests: discovery_contract.cpp
// holds against each that an INSTANTIATE_TEST_SUITE_P names (tests/contracts: a real Consul, or an
// agent of our own that plays one).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "platform/discovery/discovery.h"
#include "platform/http/event_loop.h"

namespace confab::discovery {

// The directory's server, empty at first and gone with this.
class Agent {
 public:
  virtual ~Agent() = default;
  virtual std::string url() const = 0;
  // Killed; start() makes one that knows nothing, at the same address.
  virtual void stop() = 0;
  virtual void start() = 0;
  // Neither answers nor closes anything until thaw().
  virtual void freeze() = 0;
  virtual void thaw() = 0;
  // As its operator does.
  virtual void put_value(const std::string& key, const std::string& value) = 0;
  virtual void forget_service(const std::string& id) = 0;
};

struct AgentUnderTest {
  std::string name;
  std::function<std::unique_ptr<Agent>()> make;
  friend void PrintTo(const AgentUnderTest& agent, std::ostream* out) { *out << agent.name; }
};

class DiscoveryContract : public testing::TestWithParam<AgentUnderTest> {};

}  // namespace confab::discovery
