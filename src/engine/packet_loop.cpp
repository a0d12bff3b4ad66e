#include "engine/packet_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "base/check.h"

namespace confab::engine {
namespace {

constexpr std::uint64_t kWakeKey = UINT64_MAX;
// Batches taken from one socket before the others and the timers get their turn.
constexpr int kBatchesMax = 8;
constexpr Duration kFlushMax = 500us;
constexpr Duration kIdleCheck = 5s;
constexpr int kEventsMax = 64;

}  // namespace

PacketLoop::PacketLoop(PacketPool& pool, Clock clock)
    : pool_(pool),
      clock_(std::move(clock)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      sampler_(clock_()) {
  CHECK(epoll_ && wake_fd_);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeKey;
  CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_fd_.get(), &event) == 0);
}

PacketLoop::~PacketLoop() = default;

Result<std::unique_ptr<PacketLoop>> PacketLoop::open(const LoopOptions& options, PacketPool& pool,
                                                     Clock clock) {
  auto self = std::unique_ptr<PacketLoop>(new PacketLoop(pool, std::move(clock)));
  if (auto listening = self->listen(options); !listening) {
    return std::unexpected(listening.error());
  }
  return self;
}

Result<void> PacketLoop::listen(const LoopOptions& options) {
  // Channels: UDP sockets 0..n-1, TCP listeners n..2n-1, TCP connections from 2n on.
  const auto n = static_cast<std::uint32_t>(options.listen.size());
  next_channel_ = 2 * n;
  for (std::uint32_t i = 0; i < n; ++i) {
    auto socket = UdpSocket::open(options.listen[i], i, options.udp);
    if (!socket) return std::unexpected(socket.error());
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, (*socket)->fd(), &event) == 0);
    local_endpoints_.push_back((*socket)->local());
    udp_.push_back(std::move(*socket));
  }
  if (!options.tcp) return {};
  for (std::uint32_t i = 0; i < n; ++i) {
    auto port = TcpPort::open(local_endpoints_[i], n + i, options.tcp_options, epoll_.get(),
                              &next_channel_);
    if (!port) return std::unexpected(port.error());
    tcp_.push_back(std::move(*port));
  }
  return {};
}

int PacketLoop::receive_buffer_bytes() const {
  int least = INT32_MAX;
  for (const auto& socket : udp_) least = std::min(least, socket->receive_buffer_bytes());
  return least;
}

bool PacketLoop::has_gso() const {
  return std::ranges::all_of(udp_, [](const auto& socket) { return socket->has_gso(); });
}

std::size_t PacketLoop::tcp_connections() const {
  std::size_t sum = 0;
  for (const auto& port : tcp_) sum += port->connections();
  return sum;
}

void PacketLoop::wake() {
  const std::uint64_t one = 1;
  // The counter can not overflow in practice, and a failed write means that it is non-zero anyway.
  [[maybe_unused]] const ssize_t n = ::write(wake_fd_.get(), &one, sizeof(one));
}

// The loop says that it sleeps and then looks whether there is more; we show that there is more and
// then look whether it sleeps. In whatever order these happen, one of the two sees the other.
void PacketLoop::wake_if_asleep() {
  if (asleep_.load(std::memory_order_seq_cst) &&
      asleep_.exchange(false, std::memory_order_relaxed)) {
    wake();
  }
}

void PacketLoop::stop() {
  stop_.store(true, std::memory_order_relaxed);
  wake();
}

void PacketLoop::run(PacketHandler& handler, const LoopHooks& hooks) {
  std::array<epoll_event, kEventsMax> events;
  bool more_to_send = false;
  bool more_to_receive = false;
  now_ = clock_();
  idle_check_at_ = now_ + kIdleCheck;
  while (!stop_.load(std::memory_order_relaxed)) {
    timespec timeout{};
    timespec* wait_for = &timeout;
    if (!more_to_send && !more_to_receive) {
      asleep_.store(true, std::memory_order_seq_cst);
      if (!hooks.has_more()) {
        const Instant until = std::min(handler.next_timeout(), idle_check_at_);
        const std::int64_t ns = std::max<std::int64_t>((until - now_).count(), 0);
        timeout = {ns / 1'000'000'000, ns % 1'000'000'000};
      }
    }
    const int n = ::epoll_pwait2(epoll_.get(), events.data(), kEventsMax, wait_for, nullptr);
    CHECK(n >= 0 || errno == EINTR);
    asleep_.store(false, std::memory_order_relaxed);
    now_ = clock_();
    ++counters_.iterations;
    sample_delay();

    more_to_receive = false;
    bool is_woken = false;
    for (int i = 0; i < n; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const std::uint64_t key = event.data.u64;
      if (key == kWakeKey) {
        std::uint64_t count;
        [[maybe_unused]] const ssize_t r = ::read(wake_fd_.get(), &count, sizeof(count));
        is_woken = true;
      } else if (key < udp_.size()) {
        more_to_receive |= receive_udp(*udp_[key], handler);
      } else {
        serve_tcp(static_cast<std::uint32_t>(key), event.events, handler);
      }
    }

    hooks.on_turn(now_);
    more_to_send = flush(handler);
    // What came in is on its way before anything else is done, which may take some tenths of a
    // millisecond when many join.
    const bool is_due = handler.next_timeout() <= now_;
    if (is_woken) hooks.on_wake(now_);
    if (is_due) handler.handle_timeout(now_);
    if (now_ >= idle_check_at_) close_idle_tcp(handler);
    if ((is_woken || is_due) && !more_to_send) {
      hooks.on_turn(now_);
      more_to_send = flush(handler);
    }
    hooks.after_round(now_);
  }
}

void PacketLoop::sample_delay() {
  if (!sampler_.update(now_)) return;
  for (const auto& socket : udp_) socket->set_stamps(sampler_.state());
}

bool PacketLoop::receive_udp(UdpSocket& socket, PacketHandler& handler) {
  for (int i = 0; i < kBatchesMax; ++i) {
    const std::span<ReceivedPacket> batch = socket.receive(pool_, counters_);
    if (batch.empty()) return false;
    handler.handle_packets(now_, batch);
    if (batch.size() < kReceiveBatch) return false;
    now_ = clock_();
  }
  return true;
}

void PacketLoop::serve_tcp(std::uint32_t channel, std::uint32_t events, PacketHandler& handler) {
  for (const auto& port : tcp_) {
    if (port->listener_channel() == channel) {
      port->accept(now_, counters_);
      return;
    }
  }
  TcpPort* port = tcp_port_of(channel);
  if (port == nullptr) return;  // closed earlier in this round of events
  bool alive = true;
  if ((events & EPOLLOUT) != 0) alive = port->write_pending(channel, counters_);
  if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    alive = port->read(channel, now_, pool_, counters_, [&](ReceivedPacket&& packet) {
      handler.handle_packets(now_, std::span(&packet, 1));
    });
  }
  if (!alive) close_tcp(*port, channel, handler);
}

void PacketLoop::close_tcp(TcpPort& port, std::uint32_t channel, PacketHandler& handler) {
  const Path path = port.path_of(channel);
  port.close(channel, counters_);
  handler.handle_path_closed(now_, path);
}

bool PacketLoop::flush(PacketHandler& handler) {
  const Instant started = now_;
  for (;;) {
    const std::span<const Transmit> batch = handler.poll_transmit(now_);
    if (batch.empty()) return false;
    DCHECK(batch.size() <= kSendBatch);
    send(now_, batch, handler);
    now_ = clock_();
    if (now_ - started > kFlushMax) {
      ++counters_.flush_yields;
      return true;
    }
  }
}

void PacketLoop::send(Instant now, std::span<const Transmit> batch, PacketHandler& handler) {
  broken_.clear();
  for (std::size_t at = 0; at < batch.size();) {
    const Path& path = batch[at].path;
    if (path.protocol == Protocol::kTcp) {
      TcpPort* port = tcp_port_of(path.channel);
      if (port == nullptr) {
        counters_.drop_tcp_no_connection += batch[at].segments();
      } else if (!port->send(batch[at], counters_)) {
        broken_.push_back(path);
      }
      ++at;
      continue;
    }
    // The longest run for the same socket goes out in one call.
    std::size_t end = at + 1;
    while (end < batch.size() && batch[end].path.protocol == Protocol::kUdp &&
           batch[end].path.channel == path.channel) {
      ++end;
    }
    DCHECK(path.channel < udp_.size());
    udp_[path.channel]->send(now, batch.subspan(at, end - at), counters_);
    at = end;
  }
  // Only now: a call into the handler ends the life of the batch.
  for (const Path& path : broken_) {
    TcpPort* port = tcp_port_of(path.channel);
    if (port != nullptr) close_tcp(*port, path.channel, handler);
  }
}

TcpPort* PacketLoop::tcp_port_of(std::uint32_t channel) const {
  const auto it = std::ranges::find_if(tcp_, [&](const auto& port) { return port->owns(channel); });
  return it != tcp_.end() ? it->get() : nullptr;
}

void PacketLoop::close_idle_tcp(PacketHandler& handler) {
  idle_check_at_ = now_ + kIdleCheck;
  std::vector<Path> closed;
  for (const auto& port : tcp_) port->close_idle(now_, counters_, closed);
  for (const Path& path : closed) handler.handle_path_closed(now_, path);
}

}  // namespace confab::engine
