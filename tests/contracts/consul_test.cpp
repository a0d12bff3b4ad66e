// What every directory promises, held against a real Consul and against the agent that plays one.
// CONFAB_TEST_CONSUL is Consul's executable, as ./run sets it.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "fake_agent.h"
#include "platform/clock/clock.h"
#include "platform/discovery/discovery_contract.h"
#include "platform/http/server.h"
#include "put.h"

namespace confab::discovery {
namespace {

// One that somebody could listen on a moment ago.
std::uint16_t free_port() {
  http::EventLoop loop;
  http::HttpServer server(loop, {}, null_log());
  return server.listen({IpAddress::v4(0x7f000001), 0})->port;
}

class Consul final : public Agent {
 public:
  Consul() { start(); }
  ~Consul() override {
    thaw();
    stop();
  }

  std::string url() const override { return "http://127.0.0.1:" + std::to_string(http_); }

  void start() override {
    const char* program = std::getenv("CONFAB_TEST_CONSUL");
    const std::vector<std::string> words = {program == nullptr ? "consul" : program,
                                            "agent",
                                            "-dev",
                                            "-bind=127.0.0.1",
                                            "-client=127.0.0.1",
                                            "-log-level=err",
                                            "-dns-port=-1",
                                            "-grpc-port=-1",
                                            "-serf-wan-port=-1",
                                            "-http-port=" + std::to_string(http_),
                                            "-serf-lan-port=" + std::to_string(serf_),
                                            "-server-port=" + std::to_string(server_)};
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ASSERT_EQ(::posix_spawnp(&pid_, words[0].c_str(), nullptr, nullptr, arguments.data(), environ),
              0);
    // It takes writes once it has made itself the leader.
    for (int i = 0; i < 200 && put_to(endpoint(), "/v1/kv/ready", "yes") != 200; ++i) {
      std::this_thread::sleep_for(50ms);
    }
  }
  void stop() override {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  void freeze() override { ::kill(pid_, SIGSTOP); }
  void thaw() override { ::kill(pid_, SIGCONT); }
  void put_value(const std::string& key, const std::string& value) override {
    EXPECT_EQ(put_to(endpoint(), "/v1/kv/" + key, value), 200u);
  }
  void forget_service(const std::string& id) override {
    EXPECT_EQ(put_to(endpoint(), "/v1/agent/service/deregister/" + id, ""), 200u);
  }

 private:
  Endpoint endpoint() const { return {IpAddress::v4(0x7f000001), http_}; }

  const std::uint16_t http_ = free_port();
  const std::uint16_t serf_ = free_port();
  const std::uint16_t server_ = free_port();
  pid_t pid_ = 0;
};

std::string name_of(const testing::TestParamInfo<AgentUnderTest>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Real, DiscoveryContract,
                         testing::Values(AgentUnderTest{"Consul",
                                                        [] { return std::make_unique<Consul>(); }}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Played, DiscoveryContract,
                         testing::Values(AgentUnderTest{"FakeAgent", make_fake_agent}), name_of);

}  // namespace
}  // namespace confab::discovery
