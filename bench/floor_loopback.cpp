// The least that forwarding can cost on this machine: a loop that only sends the traffic of a
// meeting, as GSO messages at a tick, to receivers that wait in epoll. No receiving, no crypto, no
// RTCP, no choice of what to send. On loopback the kernel charges delivery and the receivers'
// wake-ups to the sender, and that is most of the cost; a server's own share is what it takes above
// this. Prints one JSON object.
//
//   floor_loopback --publishers 10 --receivers 10 --meeting --tick-us 2000 --seconds 10
//   --cpu 1 --receiver-cpu 0 puts the sender and the receivers on cores of their own.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/traffic.h"

namespace confab::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kSegmentsMax = 64;
constexpr std::size_t kMessageBytesMax = 65'507;
constexpr std::size_t kBatch = 64;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int bound_socket(sockaddr_in& address) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (fd < 0) die("socket");
  const int buffer = 4 << 20;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) die("bind");
  socklen_t size = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return fd;
}

// The receivers' process: reads and forgets, as fast as it is woken, until it is killed.
[[noreturn]] void receive_forever(const std::vector<int>& sockets) {
  const int epoll = ::epoll_create1(0);
  for (const int fd : sockets) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
  static std::array<std::array<char, 2048>, 32> buffers;
  std::array<mmsghdr, 32> messages{};
  std::array<iovec, 32> vectors;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    vectors[i] = {buffers[i].data(), buffers[i].size()};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::array<epoll_event, 64> events;
  for (;;) {
    const int n = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < n; ++i) {
      ::recvmmsg(events[static_cast<std::size_t>(i)].data.fd, messages.data(), messages.size(), 0,
                 nullptr);
    }
  }
}

// One receiver's share of a tick: runs of equal packets, each run one message.
struct Run {
  std::size_t packet_bytes = 0;
  std::size_t packets = 0;
};

class Sender {
 public:
  Sender(int fd, std::vector<sockaddr_in> to) : fd_(fd), to_(std::move(to)) {}

  void add(std::size_t receiver, const Run& run) {
    std::size_t left = run.packets;
    const std::size_t most = std::min(kSegmentsMax, kMessageBytesMax / run.packet_bytes);
    while (left > 0) {
      const std::size_t n = std::min(left, most);
      queue(receiver, static_cast<std::uint16_t>(run.packet_bytes), n);
      left -= n;
    }
  }

  void flush() {
    std::size_t at = 0;
    while (at < count_) {
      const int n = ::sendmmsg(fd_, &messages_[at], static_cast<unsigned>(count_ - at), 0);
      if (n > 0) {
        at += static_cast<std::size_t>(n);
      } else if (errno == EAGAIN) {
        lost_ += packets_in_[at++];
      } else {
        die("sendmmsg");
      }
    }
    count_ = 0;
  }

  std::uint64_t packets() const { return packets_ - lost_; }
  std::uint64_t messages() const { return sent_messages_; }

 private:
  void queue(std::size_t receiver, std::uint16_t segment, std::size_t packets) {
    if (count_ == kBatch) flush();
    vectors_[count_] = {bytes_.data(), segment * packets};
    msghdr& header = messages_[count_].msg_hdr;
    header = {};
    header.msg_name = &to_[receiver];
    header.msg_namelen = sizeof(sockaddr_in);
    header.msg_iov = &vectors_[count_];
    header.msg_iovlen = 1;
    if (packets > 1) {
      header.msg_control = controls_[count_].data();
      header.msg_controllen = controls_[count_].size();
      cmsghdr* c = CMSG_FIRSTHDR(&header);
      c->cmsg_level = SOL_UDP;
      c->cmsg_type = UDP_SEGMENT;
      c->cmsg_len = CMSG_LEN(sizeof(segment));
      std::memcpy(CMSG_DATA(c), &segment, sizeof(segment));
    }
    packets_in_[count_++] = packets;
    packets_ += packets;
    ++sent_messages_;
  }

  int fd_;
  std::vector<sockaddr_in> to_;
  std::array<char, 65'536> bytes_{};
  std::array<mmsghdr, kBatch> messages_{};
  std::array<iovec, kBatch> vectors_{};
  std::array<std::size_t, kBatch> packets_in_{};
  alignas(
      cmsghdr) std::array<std::array<char, CMSG_SPACE(sizeof(std::uint16_t))>, kBatch> controls_{};
  std::size_t count_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t sent_messages_ = 0;
  std::uint64_t lost_ = 0;
};

// When a publisher's next frame and audio packet are due. Publishers are spread over the period, as
// independent clocks are.
struct Publisher {
  double next_frame;
  double next_audio;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A negative number leaves it to the kernel.
void pin(int cpu) {
  if (cpu < 0) return;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<unsigned>(cpu), &cpus);
  if (::sched_setaffinity(0, sizeof(cpus), &cpus) != 0) die("sched_setaffinity");
}

struct Cores {
  int sender = -1;
  int receivers = -1;
};

void run(const Traffic& traffic, double tick, double seconds, const Cores& cores) {
  std::vector<int> sockets;
  std::vector<sockaddr_in> addresses;
  for (std::size_t i = 0; i < traffic.receivers; ++i) {
    sockets.push_back(bound_socket(addresses.emplace_back()));
  }
  const pid_t child = ::fork();
  if (child < 0) die("fork");
  if (child == 0) {
    pin(cores.receivers);
    receive_forever(sockets);
  }
  pin(cores.sender);
  for (const int fd : sockets) ::close(fd);

  sockaddr_in own;
  Sender sender(bound_socket(own), addresses);
  std::vector<Publisher> publishers;
  for (std::size_t p = 0; p < traffic.publishers; ++p) {
    const double phase = static_cast<double>(p) / static_cast<double>(traffic.publishers);
    publishers.push_back(
        {phase / traffic.frames_per_second, phase / traffic.audio_packets_per_second});
  }
  const auto start = Clock::now();
  const double cpu_before = cpu_seconds();
  std::vector<Run> audio(traffic.publishers);
  std::vector<Run> video(traffic.publishers);
  for (double now = 0; now < seconds; now += tick) {
    std::this_thread::sleep_until(start + std::chrono::duration<double>(now));
    for (std::size_t p = 0; p < publishers.size(); ++p) {
      audio[p] = {traffic.audio_packet_bytes, 0};
      video[p] = {traffic.frame_packet_bytes(), 0};
      for (; publishers[p].next_audio <= now;
           publishers[p].next_audio += 1 / traffic.audio_packets_per_second) {
        ++audio[p].packets;
      }
      for (; publishers[p].next_frame <= now;
           publishers[p].next_frame += 1 / traffic.frames_per_second) {
        video[p].packets += traffic.packets_per_frame();
      }
    }
    // All publishers' packets of one size for one receiver are one message; audio goes first.
    for (const auto& kind : {audio, video}) {
      for (std::size_t r = 0; r < traffic.receivers; ++r) {
        Run together{kind[0].packet_bytes, 0};
        for (std::size_t p = 0; p < kind.size(); ++p) {
          if (!traffic.publishers_receive || p != r) together.packets += kind[p].packets;
        }
        sender.add(r, together);
      }
    }
    sender.flush();
  }
  const double cpu = cpu_seconds() - cpu_before;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::printf(
      "{\"benchmark\":\"floor_loopback\",\"publishers\":%zu,\"receivers\":%zu,\"tick_us\":%.0f,"
      "\"seconds\":%.1f,\"packets\":%llu,\"packets_per_second\":%.0f,\"packets_per_message\":%.2f,"
      "\"cpu_us_per_packet\":%.3f}\n",
      traffic.publishers, traffic.receivers, tick * 1e6, seconds,
      static_cast<unsigned long long>(sender.packets()),
      static_cast<double>(sender.packets()) / seconds,
      static_cast<double>(sender.packets()) / static_cast<double>(sender.messages()),
      cpu * 1e6 / static_cast<double>(sender.packets()));
}

}  // namespace
}  // namespace confab::bench

int main(int argc, char** argv) {
  confab::bench::Traffic traffic;
  double tick_us = 2000;
  double seconds = 10;
  confab::bench::Cores cores;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::atof(argv[++i]) : 0.0; };
    if (flag == "--publishers") {
      traffic.publishers = static_cast<std::size_t>(number());
    } else if (flag == "--receivers") {
      traffic.receivers = static_cast<std::size_t>(number());
    } else if (flag == "--meeting") {
      traffic.publishers_receive = true;
    } else if (flag == "--tick-us") {
      tick_us = number();
    } else if (flag == "--seconds") {
      seconds = number();
    } else if (flag == "--cpu") {
      cores.sender = static_cast<int>(number());
    } else if (flag == "--receiver-cpu") {
      cores.receivers = static_cast<int>(number());
    } else {
      std::fprintf(
          stderr,
          "usage: floor_loopback [--publishers N] [--receivers N] [--meeting] [--tick-us N] "
          "[--seconds N] [--cpu N] [--receiver-cpu N]\n");
      return 2;
    }
  }
  if (traffic.publishers == 0 || traffic.receivers == 0 || tick_us <= 0 || seconds <= 0) return 2;
  confab::bench::run(traffic, tick_us * 1e-6, seconds, cores);
  return 0;
}
