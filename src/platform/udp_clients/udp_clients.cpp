#include "platform/udp_clients/udp_clients.h"

#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "base/timer_wheel.h"
#include "engine/fd.h"
#include "engine/gso.h"
#include "engine/sockaddr.h"
#include "platform/clock/clock.h"

namespace confab {
namespace {

constexpr std::size_t kReceiveBatch = 32;
constexpr std::size_t kSendBatch = 256;
// The most that UDP takes at once, however many datagrams it is cut into.
constexpr std::size_t kMessageBytesMax = 65'507;
// Of one client, before the others have their turn.
constexpr std::size_t kBatchesInARow = 4;
// A second of 30 Mbit/s: what a burst to many sockets may leave waiting while we are on one of
// them.
constexpr int kSocketBufferBytes = 4 << 20;

void set_buffer(int fd, int option, int force_option) {
  const int bytes = kSocketBufferBytes;
  // The FORCE form goes beyond rmem_max where we may (CAP_NET_ADMIN).
  if (::setsockopt(fd, SOL_SOCKET, force_option, &bytes, sizeof(bytes)) != 0) {
    ::setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes));
  }
}

Result<engine::Fd> connected_socket(const Endpoint& remote) {
  const engine::SocketAddress address = engine::to_sockaddr(remote);
  engine::Fd fd(::socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) {
    return fail(ErrorCode::kUnavailable, std::string("socket: ") + std::strerror(errno) +
                                             " (each participant needs two: see ulimit -n)");
  }
  set_buffer(fd.get(), SO_RCVBUF, SO_RCVBUFFORCE);
  set_buffer(fd.get(), SO_SNDBUF, SO_SNDBUFFORCE);
  if (::connect(fd.get(), &address.any, address.size) != 0) {
    return fail(ErrorCode::kUnavailable, remote.to_string() + ": " + std::strerror(errno));
  }
  return fd;
}

// Datagrams that the kernel dropped at the socket since it was made, as a rule because its buffer
// was full. Asked for when somebody wants to know: SO_RXQ_OVFL would tell with each datagram, and
// cost with each.
std::uint64_t overflows_of(int fd) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> values{};
  socklen_t size = sizeof(values);
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values.data(), &size) != 0) return 0;
  return values[SK_MEMINFO_DROPS];
}

}  // namespace

class UdpClientLoop::Impl {
 public:
  Impl();
  ~Impl();

  void post(Task task);
  Result<ClientId> add(Instant now, const Endpoint& remote, std::unique_ptr<UdpClient> client);
  void remove(ClientId id);
  UdpClient* find(ClientId id);
  void touch(ClientId id);
  UdpLoopCounters counters() const;

 private:
  struct Slot {
    explicit Slot(ClientId i) : id(i), timer(this) {}
    ClientId id;
    engine::Fd fd;
    std::unique_ptr<UdpClient> client;
    Timer timer;
    bool has_gso = true;  // until the kernel refuses it
  };
  static constexpr ClientId kWakeUp = 0;
  static constexpr ClientId kAlarm = 1;

  void run();
  void wait();
  void arm(Instant deadline);
  void run_tasks(Instant now);
  void receive(ClientId id);
  bool receive_batch(Slot& slot);
  void flush(Slot& slot);
  std::size_t compose(const Slot& slot, std::size_t first);
  void settle(Slot& slot);

  engine::Fd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  engine::Fd alarm_{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
  Instant armed_for_ = kNever;  // when the alarm goes off
  engine::Fd wake_up_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::mutex mutex_;
  std::vector<Task> tasks_;  // under mutex_
  bool is_ending_ = false;

  TimerWheel wheel_{monotonic_now()};
  std::unordered_map<ClientId, std::unique_ptr<Slot>> slots_;
  ClientId last_id_ = kAlarm;
  DatagramBatch out_{1024};
  UdpLoopCounters counters_;  // receive_overflows: of sockets that are gone

  std::array<std::array<std::uint8_t, limits::kPacketBytes>, kReceiveBatch> buffers_;
  std::array<mmsghdr, kReceiveBatch> in_{};
  std::array<iovec, kReceiveBatch> in_vectors_{};
  std::array<mmsghdr, kSendBatch> out_messages_{};
  std::array<iovec, kSendBatch> out_vectors_{};
  alignas(cmsghdr)
      std::array<std::array<char, CMSG_SPACE(sizeof(std::uint16_t))>, kSendBatch> out_controls_{};

  std::thread thread_;
};

UdpClientLoop::Impl::Impl() {
  for (std::size_t i = 0; i < kReceiveBatch; ++i) {
    in_vectors_[i] = {buffers_[i].data(), buffers_[i].size()};
    in_[i].msg_hdr.msg_iov = &in_vectors_[i];
    in_[i].msg_hdr.msg_iovlen = 1;
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = kWakeUp;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_up_.get(), &event);
  // By its edge: it is set again, never read.
  event.events = EPOLLIN | EPOLLET;
  event.data.u32 = kAlarm;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.get(), &event);
  thread_ = std::thread([this] { run(); });
}

UdpClientLoop::Impl::~Impl() {
  post([this](Instant) { is_ending_ = true; });
  thread_.join();
}

void UdpClientLoop::Impl::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  ::eventfd_write(wake_up_.get(), 1);
}

void UdpClientLoop::Impl::run() {
  while (!is_ending_) {
    wait();
    // Nothing is due before the alarm has gone off, but for what came up meanwhile.
    if (armed_for_ != kNever && wheel_.next() >= armed_for_) continue;
    const Instant now = monotonic_now();
    while (Timer* timer = wheel_.advance(now)) {
      Slot& slot = *static_cast<Slot*>(timer->owner());
      slot.client->handle_timeout(now, out_);
      settle(slot);
    }
  }
  slots_.clear();
}

void UdpClientLoop::Impl::wait() {
  const Instant next = wheel_.next();
  if (next < armed_for_) arm(next);
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
  for (int i = 0; i < n; ++i) {
    const ClientId id = events[static_cast<std::size_t>(i)].data.u32;
    if (id == kWakeUp) {
      eventfd_t value = 0;
      ::eventfd_read(wake_up_.get(), &value);
      run_tasks(monotonic_now());
    } else if (id == kAlarm) {
      armed_for_ = kNever;
    } else {
      receive(id);
    }
  }
}

// Once for each deadline that is the soonest, instead of with each wait: most waits end with a
// packet, and setting and cancelling a timer for each of them costs more than they do.
void UdpClientLoop::Impl::arm(Instant deadline) {
  // A timer of no time at all would be none.
  const Duration left = std::max(deadline - monotonic_now(), Duration(1));
  const itimerspec at{.it_interval = {},
                      .it_value = {.tv_sec = static_cast<time_t>(left / 1s),
                                   .tv_nsec = static_cast<long>((left % 1s).count())}};
  ::timerfd_settime(alarm_.get(), 0, &at, nullptr);
  armed_for_ = deadline;
}

void UdpClientLoop::Impl::run_tasks(Instant now) {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) task(now);
}

void UdpClientLoop::Impl::receive(ClientId id) {
  const auto at = slots_.find(id);
  if (at == slots_.end()) return;  // removed by a task of this round
  Slot& slot = *at->second;
  for (std::size_t i = 0; i < kBatchesInARow; ++i) {
    if (!receive_batch(slot)) break;
  }
  settle(slot);
}

// False when the socket has been emptied.
bool UdpClientLoop::Impl::receive_batch(Slot& slot) {
  const int n = ::recvmmsg(slot.fd.get(), in_.data(), kReceiveBatch, 0, nullptr);
  // An ICMP error of an earlier datagram (nobody listens) comes as an error once; ICE finds out.
  if (n <= 0) return false;
  ++counters_.receive_calls;
  counters_.datagrams_received += static_cast<std::uint64_t>(n);
  // One look at the clock for what came together.
  const Instant now = monotonic_now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    if ((in_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
    slot.client->handle_packet(now, MutableBytes(buffers_[i]).first(in_[i].msg_len), out_);
  }
  flush(slot);
  return static_cast<std::size_t>(n) == kReceiveBatch;
}

void UdpClientLoop::Impl::flush(Slot& slot) {
  for (std::size_t at = 0; at < out_.size();) {
    const std::size_t messages = compose(slot, at);
    const int sent =
        ::sendmmsg(slot.fd.get(), out_messages_.data(), static_cast<unsigned>(messages), 0);
    ++counters_.send_calls;
    if (sent > 0) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(sent); ++i) {
        counters_.datagrams_sent += out_messages_[i].msg_hdr.msg_iovlen;
        at += out_messages_[i].msg_hdr.msg_iovlen;
      }
      continue;
    }
    // Nothing went: the error is the first message's.
    const std::size_t refused = out_messages_[0].msg_hdr.msg_iovlen;
    if (refused > 1 && engine::is_gso_refusal(errno)) {
      slot.has_gso = false;
      continue;
    }
    counters_.send_refused += refused;
    at += refused;
  }
  out_.clear();
}

// Messages of what is in out_ from `first` on, and how many: a frame's packets are one, since they
// have one size.
std::size_t UdpClientLoop::Impl::compose(const Slot& slot, std::size_t first) {
  const std::size_t count = std::min(out_.size() - first, kSendBatch);
  std::size_t messages = 0;
  for (std::size_t i = 0; i < count; ++messages) {
    msghdr& header = out_messages_[messages].msg_hdr;
    header = {};
    header.msg_iov = &out_vectors_[i];
    const std::size_t size = out_[first + i].size();
    const std::size_t segments_max = slot.has_gso ? kMessageBytesMax / size : 1;
    for (; i < count && header.msg_iovlen < segments_max; ++i, ++header.msg_iovlen) {
      const MutableBytes datagram = out_[first + i];
      if (datagram.size() != size) break;
      out_vectors_[i] = {datagram.data(), datagram.size()};
    }
    if (header.msg_iovlen == 1) continue;
    header.msg_control = out_controls_[messages].data();
    header.msg_controllen = out_controls_[messages].size();
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    const auto segment = static_cast<std::uint16_t>(size);
    control->cmsg_level = SOL_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(segment));
    std::memcpy(CMSG_DATA(control), &segment, sizeof(segment));
  }
  return messages;
}

void UdpClientLoop::Impl::settle(Slot& slot) {
  flush(slot);
  wheel_.set(slot.timer, slot.client->next_timeout());
}

Result<UdpClientLoop::ClientId> UdpClientLoop::Impl::add(Instant now, const Endpoint& remote,
                                                         std::unique_ptr<UdpClient> client) {
  auto fd = connected_socket(remote);
  if (!fd) return std::unexpected(fd.error());
  const ClientId id = ++last_id_;
  Slot& slot = *slots_.emplace(id, std::make_unique<Slot>(id)).first->second;
  slot.fd = std::move(*fd);
  slot.client = std::move(client);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = id;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, slot.fd.get(), &event);
  slot.client->handle_open(now, out_);
  settle(slot);
  return id;
}

void UdpClientLoop::Impl::remove(ClientId id) {
  const auto slot = slots_.extract(id);
  if (!slot.empty()) counters_.receive_overflows += overflows_of(slot.mapped()->fd.get());
}

UdpLoopCounters UdpClientLoop::Impl::counters() const {
  UdpLoopCounters now = counters_;
  for (const auto& [id, slot] : slots_) now.receive_overflows += overflows_of(slot->fd.get());
  return now;
}

UdpClient* UdpClientLoop::Impl::find(ClientId id) {
  const auto at = slots_.find(id);
  return at == slots_.end() ? nullptr : at->second->client.get();
}

void UdpClientLoop::Impl::touch(ClientId id) {
  const auto at = slots_.find(id);
  if (at != slots_.end()) settle(*at->second);
}

UdpClientLoop::UdpClientLoop() : impl_(std::make_unique<Impl>()) {}
UdpClientLoop::~UdpClientLoop() = default;
void UdpClientLoop::post(Task task) {
  impl_->post(std::move(task));
}
Result<UdpClientLoop::ClientId> UdpClientLoop::add(Instant now, const Endpoint& remote,
                                                   std::unique_ptr<UdpClient> client) {
  return impl_->add(now, remote, std::move(client));
}
void UdpClientLoop::remove(ClientId id) {
  impl_->remove(id);
}
UdpClient* UdpClientLoop::find(ClientId id) {
  return impl_->find(id);
}
void UdpClientLoop::touch(ClientId id) {
  impl_->touch(id);
}
UdpLoopCounters UdpClientLoop::counters() const {
  return impl_->counters();
}

}  // namespace confab
