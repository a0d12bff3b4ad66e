#include "engine/tcp_port.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/limits.h"
#include "engine/sockaddr.h"

namespace confab::engine {
namespace {

constexpr int kBacklog = 256;
constexpr std::size_t kReadBytes = 16 * 1024;
// Reads per wake-up, so that one fast sender does not hold up the shard.
constexpr int kReadsMax = 4;
constexpr Duration kResumeAfter = 1s;

// accept(2): an error that was the connection's own, and says nothing of the next one.
bool is_of_one_connection(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN ||
         error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET || error == EHOSTUNREACH ||
         error == EOPNOTSUPP || error == ENETUNREACH || error == EPERM;
}

}  // namespace

TcpPort::Connection::Connection(Fd f, const Path& p, Instant now)
    : fd(std::move(f)),
      path(p),
      reader(limits::kTcpFrameBytes),
      last_frame(now),
      last_proven(now) {}

TcpPort::TcpPort(Fd fd, const TcpOptions& options) : fd_(std::move(fd)), options_(options) {}

TcpPort::~TcpPort() {
  for (const auto& [channel, connection] : connections_) {
    share_->leave(connection->path.remote.address);
  }
}

std::expected<std::unique_ptr<TcpPort>, ListenError> TcpPort::open(const Endpoint& local,
                                                                   const TcpOptions& options) {
  const auto refused = [&] { return std::unexpected(listen_error("TCP", local, errno)); };
  const SocketAddress address = to_sockaddr(local);
  Fd fd(::socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return refused();
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.any.sa_family == AF_INET6) {
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  if (::bind(fd.get(), &address.any, address.size) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return refused();
  }
  auto self = std::unique_ptr<TcpPort>(new TcpPort(std::move(fd), options));
  SocketAddress bound{};
  ::getsockname(self->fd_.get(), &bound.any, &bound.size);
  self->local_ = from_sockaddr(bound);
  return self;
}

Result<void> TcpPort::attach(std::uint32_t listener_channel, int epoll_fd, TcpShare& share,
                             ReserveDescriptor& reserve, std::uint32_t& next_channel) {
  listener_channel_ = listener_channel;
  epoll_fd_ = epoll_fd;
  share_ = &share;
  reserve_ = &reserve;
  next_channel_ = &next_channel;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = listener_channel;
  if (::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd_.get(), &event) == 0) return {};
  return fail(ErrorCode::kUnavailable, std::string("epoll: ") + std::strerror(errno));
}

bool TcpPort::poll_listener(std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = listener_channel_;
  return ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd_.get(), &event) == 0;
}

void TcpPort::resume() {
  resume_at_ = kNever;
  poll_listener(EPOLLIN);
}

void TcpPort::accept(Instant now, LoopCounters& counters) {
  for (int i = 0; i < kBacklog; ++i) {
    SocketAddress from{};
    Fd fd(::accept4(fd_.get(), &from.any, &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      ++(take_in(std::move(fd), from_sockaddr(from), now) ? counters.tcp_accepted
                                                          : counters.tcp_refused);
      continue;
    }
    if (errno == EAGAIN) return;
    if (is_of_one_connection(errno)) continue;
    ++counters.tcp_out_of_descriptors;
    if (is_out_of_resources(errno) && reserve_->refuse_one(fd_.get())) {
      ++counters.tcp_refused;
      continue;
    }
    if (poll_listener(0)) resume_at_ = now + kResumeAfter;
    return;
  }
}

bool TcpPort::take_in(Fd fd, const Endpoint& remote, Instant now) {
  if (!share_->enter(remote.address)) return false;
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const std::uint32_t channel = (*next_channel_)++;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = channel;
  if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd.get(), &event) != 0) {
    share_->leave(remote.address);
    return false;
  }
  connections_.emplace(channel, std::make_unique<Connection>(
                                    std::move(fd), Path{Protocol::kTcp, channel, remote}, now));
  return true;
}

bool TcpPort::read(std::uint32_t channel, Instant now, PacketPool& pool, LoopCounters& counters,
                   const std::function<void(ReceivedPacket&&)>& on_packet) {
  Connection& connection = *connections_.at(channel);
  std::array<std::uint8_t, kReadBytes> buffer;
  for (int i = 0; i < kReadsMax; ++i) {
    const ssize_t n = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
    if (n == 0) return false;
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    counters.tcp_bytes_received += static_cast<std::uint64_t>(n);
    const ByteView bytes(buffer.data(), static_cast<std::size_t>(n));
    const bool whole = connection.reader.read(bytes, [&](ByteView frame) {
      ++counters.tcp_frames_received;
      connection.last_frame = now;
      PacketRef packet = pool.acquire(frame.size());
      if (!packet) {
        ++counters.drop_no_buffer;
        return;
      }
      std::memcpy(packet.capacity().data(), frame.data(), frame.size());
      packet.resize(frame.size());
      on_packet({connection.path, std::move(packet)});
    });
    if (!whole) {
      ++counters.drop_tcp_broken_framing;
      return false;
    }
    if (static_cast<std::size_t>(n) < buffer.size()) return true;
  }
  return true;
}

bool TcpPort::send(const Transmit& message, LoopCounters& counters) {
  Connection& connection = *connections_.at(message.path.channel);
  for (std::size_t at = 0; at < message.bytes.size(); at += message.segment_size) {
    const std::size_t size = std::min<std::size_t>(message.segment_size, message.bytes.size() - at);
    if (connection.queue.size() - connection.queue_at + size + 2 > options_.queue_bytes_max) {
      ++counters.drop_tcp_queue_full;
      continue;
    }
    std::uint8_t header[2];
    store_be16(header, static_cast<std::uint16_t>(size));
    const ByteView segment = message.bytes.subspan(at, size);
    connection.queue.insert(connection.queue.end(), header, header + 2);
    connection.queue.insert(connection.queue.end(), segment.begin(), segment.end());
    ++counters.tcp_frames_sent;
  }
  return connection.wants_write || flush(connection, counters);
}

bool TcpPort::flush(Connection& connection, LoopCounters& counters) {
  while (connection.queue_at < connection.queue.size()) {
    const ssize_t n = ::send(connection.fd.get(), connection.queue.data() + connection.queue_at,
                             connection.queue.size() - connection.queue_at, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      // Keep what is left at the front, so that the buffer does not creep.
      connection.queue.erase(
          connection.queue.begin(),
          connection.queue.begin() + static_cast<std::ptrdiff_t>(connection.queue_at));
      connection.queue_at = 0;
      return watch(connection, true);
    }
    counters.tcp_bytes_sent += static_cast<std::uint64_t>(n);
    connection.queue_at += static_cast<std::size_t>(n);
  }
  connection.queue.clear();
  connection.queue_at = 0;
  return watch(connection, false);
}

// False if the kernel refuses: without it the connection would stand still for ever.
bool TcpPort::watch(Connection& connection, bool write) {
  if (connection.wants_write == write) return true;
  connection.wants_write = write;
  epoll_event event{};
  event.events = EPOLLIN | (write ? static_cast<unsigned>(EPOLLOUT) : 0u);
  event.data.u64 = connection.path.channel;
  return ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, connection.fd.get(), &event) == 0;
}

bool TcpPort::write_pending(std::uint32_t channel, LoopCounters& counters) {
  return flush(*connections_.at(channel), counters);
}

void TcpPort::close_idle(Instant now, const PacketHandler& handler, LoopCounters& counters,
                         std::vector<Path>& closed) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    const auto current = it++;
    Connection& connection = *current->second;
    if (handler.has_path(connection.path)) connection.last_proven = now;
    const bool is_unproven = now - connection.last_proven >= options_.unproven_max;
    if (!is_unproven && now - connection.last_frame < options_.idle_max) continue;
    if (is_unproven) ++counters.tcp_unproven;
    closed.push_back(connection.path);
    close(current->first, counters);
  }
}

std::vector<std::uint32_t> TcpPort::channels() const {
  std::vector<std::uint32_t> out;
  for (const auto& [channel, connection] : connections_) out.push_back(channel);
  return out;
}

Path TcpPort::path_of(std::uint32_t channel) const {
  return connections_.at(channel)->path;
}

void TcpPort::close(std::uint32_t channel, LoopCounters& counters) {
  const auto it = connections_.find(channel);
  CHECK(it != connections_.end());
  share_->leave(it->second->path.remote.address);
  connections_.erase(it);  // closing takes the descriptor out of the epoll set
  ++counters.tcp_closed;
}

}  // namespace confab::engine
