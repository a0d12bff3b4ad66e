#include "engine/packet_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.h"

namespace confab::engine {
namespace {

constexpr std::uint64_t kWakeKey = UINT64_MAX;
// Batches taken from one socket before the others and the timers get their turn.
constexpr int kBatchesMax = 8;
constexpr Duration kFlushMax = 500us;
// How often connections are looked at, while there are any.
constexpr Duration kIdleCheck = 1s;
constexpr int kEventsMax = 64;
// Channels: UDP sockets, then their TCP listeners, then TCP connections.
constexpr std::uint32_t kListenersMax = 256;

}  // namespace

std::expected<Listener, ListenError> open_listener(const Endpoint& local,
                                                   const LoopOptions& options) {
  Listener out;
  auto udp = UdpSocket::open(local, 0, options.udp);
  if (!udp) return std::unexpected(udp.error());
  out.udp = std::move(*udp);
  if (!options.tcp) return out;
  auto tcp = TcpPort::open(out.local(), options.tcp_options);
  if (!tcp) return std::unexpected(tcp.error());
  out.tcp = std::move(*tcp);
  return out;
}

PacketLoop::PacketLoop(PacketPool& pool, Clock clock, const TcpLimits& tcp_limits)
    : pool_(pool),
      clock_(std::move(clock)),
      tcp_share_(tcp_limits),
      next_channel_(2 * kListenersMax),
      sampler_(clock_()) {}

PacketLoop::~PacketLoop() = default;

Result<std::unique_ptr<PacketLoop>> PacketLoop::open(const LoopOptions& options, PacketPool& pool,
                                                     Clock clock) {
  auto self = std::unique_ptr<PacketLoop>(
      new PacketLoop(pool, std::move(clock), options.tcp_options.limits));
  if (auto made = self->make_descriptors(); !made) return std::unexpected(made.error());
  for (const Endpoint& local : options.listen) {
    auto listener = open_listener(local, options);
    if (!listener) return fail(ErrorCode::kUnavailable, listener.error().message);
    if (auto added = self->add(std::move(*listener)); !added) {
      return std::unexpected(added.error());
    }
  }
  return self;
}

Result<void> PacketLoop::make_descriptors() {
  epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  wake_fd_ = Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeKey;
  if (epoll_ && wake_fd_ && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_fd_.get(), &event) == 0) {
    return {};
  }
  return fail(ErrorCode::kUnavailable, std::string("the packet loop: ") + std::strerror(errno));
}

Result<void> PacketLoop::add(Listener listener) {
  const auto free = std::ranges::find_if(listeners_, [](const Listener& l) { return !l.udp; });
  const auto channel = static_cast<std::uint32_t>(free - listeners_.begin());
  if (channel >= kListenersMax) {
    return fail(ErrorCode::kFull, "too many addresses: name some with --media-address");
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = channel;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener.udp->fd(), &event) != 0) {
    return fail(ErrorCode::kUnavailable, std::string("epoll: ") + std::strerror(errno));
  }
  if (listener.tcp) {
    auto attached = listener.tcp->attach(kListenersMax + channel, epoll_.get(), tcp_share_,
                                         reserve_, next_channel_);
    if (!attached) return attached;
  }
  listener.udp->set_channel(channel);
  listener.udp->set_stamps(sampler_.state());
  local_endpoints_.push_back(listener.local());
  if (free == listeners_.end()) {
    listeners_.push_back(std::move(listener));
  } else {
    *free = std::move(listener);
  }
  return {};
}

void PacketLoop::remove(const Endpoint& local, PacketHandler& handler) {
  const auto it = std::ranges::find_if(
      listeners_, [&](const Listener& l) { return l.udp && l.local() == local; });
  if (it == listeners_.end()) return;
  if (it->tcp) {
    for (const std::uint32_t channel : it->tcp->channels()) close_tcp(*it->tcp, channel, handler);
  }
  std::erase(local_endpoints_, local);
  *it = {};  // closing takes the descriptors out of the epoll set
}

int PacketLoop::receive_buffer_bytes() const {
  int least = INT32_MAX;
  for (const Listener& l : listeners_) {
    if (l.udp) least = std::min(least, l.udp->receive_buffer_bytes());
  }
  return least;
}

bool PacketLoop::has_gso() const {
  return std::ranges::all_of(listeners_,
                             [](const Listener& l) { return !l.udp || l.udp->has_gso(); });
}

std::size_t PacketLoop::tcp_connections() const {
  return tcp_share_.total();
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
  while (!stop_.load(std::memory_order_relaxed)) {
    Instant until = now_;
    if (!more_to_send && !more_to_receive) {
      asleep_.store(true, std::memory_order_seq_cst);
      if (!hooks.has_more()) until = std::min(handler.next_timeout(), idle_check_at_);
    }
    const int n = wait(events, until);
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
      } else if (key < listeners_.size()) {
        // Nothing there: removed in this round.
        if (listeners_[key].udp) more_to_receive |= receive_udp(*listeners_[key].udp, handler);
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

// Returns how many events there are.
int PacketLoop::wait(std::span<epoll_event> events, Instant until) {
  const bool is_endless = until == kNever;
  const std::int64_t ns = is_endless ? 0 : std::max<std::int64_t>((until - now_).count(), 0);
  const auto size = static_cast<int>(events.size());
  if (has_fine_wait_) {
    const timespec timeout{ns / 1'000'000'000, ns % 1'000'000'000};
    const int n =
        ::epoll_pwait2(epoll_.get(), events.data(), size, is_endless ? nullptr : &timeout, nullptr);
    if (n >= 0) return n;
    CHECK(errno != EBADF && errno != EFAULT && errno != EINVAL);
    // Linux before 5.11 has none, and a sandbox made before that does not know it.
    if (errno == ENOSYS || errno == EPERM) has_fine_wait_ = false;
    return 0;
  }
  constexpr std::int64_t kNsPerMs = 1'000'000;
  constexpr std::int64_t kLongestMs = 3'600'000;
  const std::int64_t ms = std::min((ns + kNsPerMs - 1) / kNsPerMs, kLongestMs);
  const int n =
      ::epoll_wait(epoll_.get(), events.data(), size, is_endless ? -1 : static_cast<int>(ms));
  return std::max(n, 0);
}

void PacketLoop::sample_delay() {
  if (!sampler_.update(now_)) return;
  for (const Listener& l : listeners_) {
    if (l.udp) l.udp->set_stamps(sampler_.state());
  }
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
  if (channel < 2 * kListenersMax) {
    const std::uint32_t index = channel - kListenersMax;
    if (index >= listeners_.size() || !listeners_[index].tcp) return;
    listeners_[index].tcp->accept(now_, counters_);
    note_connections();
    return;
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
    DCHECK(path.channel < listeners_.size());
    if (UdpSocket* socket = listeners_[path.channel].udp.get()) {
      socket->send(now, batch.subspan(at, end - at), counters_);
    } else {
      for (const Transmit& m : batch.subspan(at, end - at)) {
        counters_.drop_send_error += m.segments();
      }
    }
    at = end;
  }
  // Only now: a call into the handler ends the life of the batch.
  for (const Path& path : broken_) {
    TcpPort* port = tcp_port_of(path.channel);
    if (port != nullptr) close_tcp(*port, path.channel, handler);
  }
}

TcpPort* PacketLoop::tcp_port_of(std::uint32_t channel) const {
  const auto it = std::ranges::find_if(
      listeners_, [&](const Listener& l) { return l.tcp && l.tcp->owns(channel); });
  return it != listeners_.end() ? it->tcp.get() : nullptr;
}

void PacketLoop::close_idle_tcp(PacketHandler& handler) {
  std::vector<Path> closed;
  for (const Listener& l : listeners_) {
    if (!l.tcp) continue;
    if (l.tcp->resume_at() <= now_) l.tcp->resume();
    l.tcp->close_idle(now_, handler, counters_, closed);
  }
  for (const Path& path : closed) handler.handle_path_closed(now_, path);
  idle_check_at_ = kNever;
  note_connections();
}

// Somebody has to look at them again.
void PacketLoop::note_connections() {
  const bool is_needed =
      tcp_share_.total() > 0 || std::ranges::any_of(listeners_, [](const Listener& l) {
        return l.tcp && l.tcp->resume_at() != kNever;
      });
  if (is_needed) idle_check_at_ = std::min(idle_check_at_, now_ + kIdleCheck);
}

}  // namespace confab::engine
