// linkemu: a link with rate, queue, delay, jitter, loss and a policer between two network
// namespaces, for browsers that can not run in virtual time. The model is the simulator's
// (sim/link), so that both speak of the same network. For kernels without sch_netem: needs
// /dev/net/tun alone.
//
//   linkemu NS_A DEVICE_A NS_B DEVICE_B PROFILE_FILE [SEED] [LOG_FILE]
//
// NS is a name under /run/netns, or - for the present one. Says "ready" when both devices are
// there; addresses are given by who started it. SIGHUP reads the profile (sim/link/profile_text.h)
// again. The log has a line of JSON for each tenth of a second: what waited, what was dropped, and
// by how much the emulator itself was late. A measurement during which that was more than a few
// milliseconds says nothing about the network.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/link/profile_text.h"
#include "sim/link/wire.h"

namespace confab {
namespace {

constexpr Duration kLogInterval = 100ms;
constexpr std::size_t kPacketMax = 65'536;
constexpr int kBatch = 64;

volatile std::sig_atomic_t reads_again = 0;
volatile std::sig_atomic_t stops = 0;

Instant now() {
  return Instant{std::chrono::steady_clock::now().time_since_epoch()};
}

[[noreturn]] void give_up(const std::string& what) {
  std::perror(what.c_str());
  std::exit(1);
}

void enter(const std::string& path) {
  const int space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) != 0) give_up(path);
  close(space);
}

int open_tun(const std::string& space, const std::string& device) {
  if (space != "-") enter("/run/netns/" + space);
  const int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) give_up("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, device.c_str(), IFNAMSIZ - 1);
  if (ioctl(tun, TUNSETIFF, &request) != 0) give_up("TUNSETIFF " + device);
  return tun;
}

sim::LinkProfiles read_profiles(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) give_up(path);
  const auto profiles = sim::parse_profiles(text);
  if (profiles) return *profiles;
  std::fprintf(stderr, "%s: %s\n", path.c_str(), profiles.error().c_str());
  std::exit(2);
}

struct Direction {
  sim::Wire wire;
  int from;
  int to;

  void deliver() {
    while (wire.next() <= now()) {
      const auto packet = wire.take(now());
      // A full device is a network that drops.
      [[maybe_unused]] const auto written = write(to, packet.data(), packet.size());
    }
  }
  void receive() {
    std::array<std::uint8_t, kPacketMax> packet;
    for (int i = 0; i < kBatch; ++i) {
      const ssize_t bytes = read(from, packet.data(), packet.size());
      if (bytes <= 0) return;
      wire.send(now(), ByteView(packet.data(), static_cast<std::size_t>(bytes)));
    }
  }
};

void log_direction(std::FILE* file, const char* name, Direction& direction) {
  const sim::Link::Totals& totals = direction.wire.link().totals();
  std::fprintf(
      file,
      "\"%s\": {\"queue_ms\": %.1f, \"delivered_bytes\": %llu, \"lost\": %llu, \"queue_full\": "
      "%llu, \"policed\": %llu, \"late_ms\": %.2f}",
      name, to_seconds(direction.wire.link().queue(now())) * 1000,
      static_cast<unsigned long long>(totals.delivered_bytes),
      static_cast<unsigned long long>(totals.lost),
      static_cast<unsigned long long>(totals.queue_full),
      static_cast<unsigned long long>(totals.policed),
      to_seconds(direction.wire.take_lateness()) * 1000);
}

void log_line(std::FILE* file, Duration since_start, Direction& ab, Direction& ba) {
  std::fprintf(file, "{\"ms\": %lld, ", static_cast<long long>(to_ms(since_start)));
  log_direction(file, "ab", ab);
  std::fputs(", ", file);
  log_direction(file, "ba", ba);
  std::fputs("}\n", file);
  std::fflush(file);
}

void wait(std::array<Direction*, 2> directions, Instant until) {
  for (const Direction* direction : directions) until = std::min(until, direction->wire.next());
  const Duration left = std::max(Duration::zero(), until - now());
  const timespec timeout{.tv_sec = left / 1s, .tv_nsec = (left % 1s).count()};
  std::array<pollfd, 2> ready = {
      {{directions[0]->from, POLLIN, 0}, {directions[1]->from, POLLIN, 0}}};
  ppoll(ready.data(), ready.size(), &timeout, nullptr);
}

void on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int signal) { (signal == SIGHUP ? reads_again : stops) = 1; };
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

int run(const std::array<std::string, 7>& arguments) {
  const auto& [space_a, device_a, space_b, device_b, profile, seed, log] = arguments;
  const std::string own = "/proc/self/ns/net";
  const int here = open(own.c_str(), O_RDONLY | O_CLOEXEC);
  const int a = open_tun(space_a, device_a);
  if (here < 0 || setns(here, CLONE_NEWNET) != 0) give_up(own);
  const int b = open_tun(space_b, device_b);

  on_signals();
  const sim::LinkProfiles profiles = read_profiles(profile);
  const std::uint64_t number = std::strtoull(seed.c_str(), nullptr, 10);
  Direction ab{{profiles.ab, number}, a, b};
  Direction ba{{profiles.ba, number + 1}, b, a};
  std::FILE* file = log.empty() ? nullptr : std::fopen(log.c_str(), "w");
  if (!log.empty() && file == nullptr) give_up(log);
  std::puts("ready");
  std::fflush(stdout);

  const Instant start = now();
  Instant log_at = start + kLogInterval;
  while (stops == 0) {
    if (reads_again != 0) {
      reads_again = 0;
      const sim::LinkProfiles next = read_profiles(profile);
      ab.wire.set_profile(now(), next.ab);
      ba.wire.set_profile(now(), next.ba);
    }
    for (Direction* direction : {&ab, &ba}) direction->deliver();
    if (now() >= log_at) {
      log_at += kLogInterval;
      if (file != nullptr) log_line(file, now() - start, ab, ba);
    }
    wait({&ab, &ba}, log_at);
    for (Direction* direction : {&ab, &ba}) direction->receive();
  }
  return 0;
}

}  // namespace
}  // namespace confab

int main(int argc, char** argv) {
  if (argc < 6 || argc > 8) {
    std::fputs("usage: linkemu NS_A DEVICE_A NS_B DEVICE_B PROFILE_FILE [SEED] [LOG_FILE]\n",
               stderr);
    return 2;
  }
  std::array<std::string, 7> arguments;
  std::copy(argv + 1, argv + argc, arguments.begin());
  return confab::run(arguments);
}
