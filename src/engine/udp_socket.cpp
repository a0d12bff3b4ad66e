#include "engine/udp_socket.h"

#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/check.h"
#include "base/limits.h"
#include "engine/gso.h"
#include "engine/sockaddr.h"

namespace confab::engine {
namespace {

constexpr Duration kGsoRetry = 60s;
// A table that an attacker can fill is emptied instead of grown; the cost is a few extra refusals.
constexpr std::size_t kNoGsoEntriesMax = 4096;

int set_buffer(int fd, int option, int force_option, int bytes) {
  // The FORCE form goes beyond rmem_max where we may (CAP_NET_ADMIN).
  if (::setsockopt(fd, SOL_SOCKET, force_option, &bytes, sizeof(bytes)) != 0) {
    ::setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes));
  }
  int granted = 0;
  socklen_t size = sizeof(granted);
  ::getsockopt(fd, SOL_SOCKET, option, &granted, &size);
  return granted / 2;  // the kernel reports twice the space, for its book-keeping (socket(7))
}

constexpr std::int64_t to_ns(const timespec& t) {
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// The clock of SO_TIMESTAMPNS.
std::int64_t wall_now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return to_ns(t);
}

}  // namespace

struct UdpSocket::Scratch {
  static constexpr std::size_t kControlBytes =
      CMSG_SPACE(sizeof(std::uint32_t)) + CMSG_SPACE(sizeof(timespec));

  // What a datagram may be larger than the slot it is received into.
  static constexpr std::size_t kTailBytes = limits::kPacketBytes - limits::kUsualPacketBytes;

  // Receiving: the slots stay filled between calls, so that only the used ones are fetched anew.
  // The few datagrams that do not fit into a usual slot leave their end in `tails`.
  std::array<ReceivedPacket, kReceiveBatch> packets;
  std::array<PacketRef, kReceiveBatch> slots;
  std::array<std::array<std::uint8_t, kTailBytes>, kReceiveBatch> tails;
  std::array<mmsghdr, kReceiveBatch> in;
  std::array<std::array<iovec, 2>, kReceiveBatch> in_iov;
  std::array<SocketAddress, kReceiveBatch> from;
  alignas(cmsghdr) std::array<std::array<char, kControlBytes>, kReceiveBatch> in_control;
  std::size_t slots_ready = 0;

  // Sending.
  std::array<mmsghdr, kSendBatch> out;
  std::array<iovec, kSendBatch> out_iov;
  std::array<SocketAddress, kSendBatch> to;
  alignas(cmsghdr)
      std::array<std::array<char, CMSG_SPACE(sizeof(std::uint16_t))>, kSendBatch> out_control;
};

UdpSocket::UdpSocket(Fd fd, std::uint32_t channel)
    : fd_(std::move(fd)), channel_(channel), scratch_(std::make_unique<Scratch>()) {}

UdpSocket::~UdpSocket() = default;

std::expected<std::unique_ptr<UdpSocket>, ListenError> UdpSocket::open(const Endpoint& local,
                                                                       std::uint32_t channel,
                                                                       const UdpOptions& options) {
  const SocketAddress address = to_sockaddr(local);
  Fd fd(::socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(listen_error("UDP", local, errno));

  const int on = 1;
  if (address.any.sa_family == AF_INET6) {
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
  if (::bind(fd.get(), &address.any, address.size) != 0) {
    return std::unexpected(listen_error("UDP", local, errno));
  }

  auto self = std::unique_ptr<UdpSocket>(new UdpSocket(std::move(fd), channel));
  SocketAddress bound{};
  ::getsockname(self->fd(), &bound.any, &bound.size);
  self->local_ = from_sockaddr(bound);
  self->receive_buffer_bytes_ =
      set_buffer(self->fd(), SO_RCVBUF, SO_RCVBUFFORCE, options.receive_buffer_bytes);
  set_buffer(self->fd(), SO_SNDBUF, SO_SNDBUFFORCE, options.send_buffer_bytes);
  // Asking for segment size 0 changes nothing, and fails where the kernel has no UDP GSO.
  const int no_segment = 0;
  self->has_gso_ =
      ::setsockopt(self->fd(), SOL_UDP, UDP_SEGMENT, &no_segment, sizeof(no_segment)) == 0;
  return self;
}

void UdpSocket::set_stamps(DelaySampler::State state) {
  const auto is_on = [](DelaySampler::State s) { return s != DelaySampler::State::kOff; };
  if (is_on(state) != is_on(stamps_)) {
    const int on = is_on(state) ? 1 : 0;
    ::setsockopt(fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
    int waiting = 0;
    is_caught_up_ = ::ioctl(fd(), FIONREAD, &waiting) == 0 && waiting == 0;
  }
  stamps_ = state;
}

void UdpSocket::refill(PacketPool& pool) {
  Scratch& s = *scratch_;
  std::size_t i = 0;
  for (; i < kReceiveBatch; ++i) {
    if (!s.slots[i]) s.slots[i] = pool.acquire(limits::kUsualPacketBytes);
    if (!s.slots[i]) break;
    s.in_iov[i] = {iovec{s.slots[i].capacity().data(), limits::kUsualPacketBytes},
                   iovec{s.tails[i].data(), s.tails[i].size()}};
    s.in[i].msg_hdr = {};
    s.in[i].msg_hdr.msg_name = &s.from[i].any;
    s.in[i].msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    s.in[i].msg_hdr.msg_iov = s.in_iov[i].data();
    s.in[i].msg_hdr.msg_iovlen = s.in_iov[i].size();
    s.in[i].msg_hdr.msg_control = s.in_control[i].data();
    s.in[i].msg_hdr.msg_controllen = Scratch::kControlBytes;
  }
  s.slots_ready = i;
}

std::span<ReceivedPacket> UdpSocket::receive(PacketPool& pool, LoopCounters& counters) {
  Scratch& s = *scratch_;
  // What the handler did not take out of the last batch goes back to the pool.
  for (ReceivedPacket& p : s.packets) p.packet.reset();
  refill(pool);
  if (s.slots_ready == 0) {
    // Nowhere to put it: read and throw away, or the loop would spin on a readable socket.
    std::uint8_t nothing;
    if (::recv(fd(), &nothing, sizeof(nothing), MSG_TRUNC) >= 0) ++counters.drop_no_buffer;
    return {};
  }
  const bool is_sampled = stamps_ == DelaySampler::State::kSampling && is_caught_up_;
  const int n = ::recvmmsg(fd(), s.in.data(), static_cast<unsigned>(s.slots_ready), 0, nullptr);
  if (n < static_cast<int>(s.slots_ready)) is_caught_up_ = true;
  if (n <= 0) return {};

  ++counters.receive_batches;
  std::size_t count = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    const msghdr& header = s.in[i].msg_hdr;
    counters.bytes_received += s.in[i].msg_len;
    ++counters.datagrams_received;
    if ((header.msg_flags & MSG_TRUNC) != 0) {
      ++counters.drop_oversize;
      continue;
    }
    if (s.in[i].msg_len > limits::kUsualPacketBytes && !move_to_larger(i, pool)) {
      ++counters.drop_no_buffer;
      continue;
    }
    s.slots[i].resize(s.in[i].msg_len);
    if (is_sampled) read_control(i, counters, is_sampled);
    s.packets[count].path = {Protocol::kUdp, channel_, from_sockaddr(s.from[i])};
    s.packets[count].packet = std::move(s.slots[i]);
    ++count;
  }

  // Drops are counted in a total: the last message has the newest.
  if (!is_sampled) read_control(static_cast<std::size_t>(n - 1), counters, is_sampled);
  return std::span(s.packets).first(count);
}

bool UdpSocket::move_to_larger(std::size_t i, PacketPool& pool) {
  Scratch& s = *scratch_;
  PacketRef larger = pool.acquire(limits::kPacketBytes);
  if (!larger) return false;
  const std::size_t tail = s.in[i].msg_len - limits::kUsualPacketBytes;
  std::memcpy(larger.capacity().data(), s.slots[i].capacity().data(), limits::kUsualPacketBytes);
  std::memcpy(&larger.capacity()[limits::kUsualPacketBytes], s.tails[i].data(), tail);
  s.slots[i] = std::move(larger);
  return true;
}

void UdpSocket::read_control(std::size_t i, LoopCounters& counters, bool is_sampled) {
  msghdr& header = scratch_->in[i].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SO_RXQ_OVFL) {
      // The socket's total, in 32 bits, on each message that follows a drop.
      std::uint32_t total = 0;
      std::memcpy(&total, CMSG_DATA(c), sizeof(total));
      counters.kernel_receive_drops += total - kernel_drops_seen_;
      kernel_drops_seen_ = total;
    } else if (c->cmsg_type == SCM_TIMESTAMPNS && is_sampled) {
      timespec received{};
      std::memcpy(&received, CMSG_DATA(c), sizeof(received));
      scratch_->slots[i].set_received_ns(to_ns(received));
    }
  }
}

bool UdpSocket::gso_allowed(const Endpoint& remote, Instant now) {
  if (!has_gso_) return false;
  if (no_gso_until_.empty()) return true;
  const auto it = no_gso_until_.find(remote);
  if (it == no_gso_until_.end()) return true;
  if (now < it->second) return false;
  no_gso_until_.erase(it);
  return true;
}

void UdpSocket::send(Instant now, std::span<const Transmit> messages, LoopCounters& counters) {
  // Runs of messages that may go as they are; the others, between them, unsegmented.
  std::size_t run = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].segments() > 1 && !gso_allowed(messages[i].path.remote, now)) {
      send_run(messages.subspan(run, i - run), now, counters);
      send_unsegmented(messages[i], counters);
      run = i + 1;
    }
  }
  send_run(messages.subspan(run), now, counters);
}

void UdpSocket::send_run(std::span<const Transmit> messages, Instant now, LoopCounters& counters) {
  Scratch& s = *scratch_;
  DCHECK(messages.size() <= kSendBatch);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Transmit& m = messages[i];
    s.to[i] = to_sockaddr(m.path.remote);
    s.out_iov[i] = {const_cast<std::uint8_t*>(m.bytes.data()), m.bytes.size()};
    msghdr& header = s.out[i].msg_hdr;
    header = {};
    header.msg_name = &s.to[i].any;
    header.msg_namelen = s.to[i].size;
    header.msg_iov = &s.out_iov[i];
    header.msg_iovlen = 1;
    if (m.segments() > 1) {
      header.msg_control = s.out_control[i].data();
      header.msg_controllen = s.out_control[i].size();
      cmsghdr* c = CMSG_FIRSTHDR(&header);
      c->cmsg_level = SOL_UDP;
      c->cmsg_type = UDP_SEGMENT;
      c->cmsg_len = CMSG_LEN(sizeof(m.segment_size));
      std::memcpy(CMSG_DATA(c), &m.segment_size, sizeof(m.segment_size));
    }
  }

  std::size_t at = 0;
  while (at < messages.size()) {
    const int n = ::sendmmsg(fd(), &s.out[at], static_cast<unsigned>(messages.size() - at), 0);
    ++counters.send_batches;
    if (n > 0) {
      std::int64_t sent_ns = 0;  // read once, and only if one of them was stamped
      for (const Transmit& m : messages.subspan(at, static_cast<std::size_t>(n))) {
        ++counters.messages_sent;
        counters.datagrams_sent += m.segments();
        counters.bytes_sent += m.bytes.size();
        if (m.received_ns != 0) {
          if (sent_ns == 0) sent_ns = wall_now_ns();
          counters.forwarding_delay.add(std::chrono::nanoseconds(sent_ns - m.received_ns));
        }
      }
      at += static_cast<std::size_t>(n);
      continue;
    }
    // Nothing went: the error belongs to the first message. Deal with it and go on with the rest.
    const Transmit& refused = messages[at++];
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) {
      counters.drop_send_would_block += refused.segments();
    } else if (refused.segments() > 1 && is_gso_refusal(error)) {
      if (no_gso_until_.size() >= kNoGsoEntriesMax) no_gso_until_.clear();
      no_gso_until_[refused.path.remote] = now + kGsoRetry;
      ++counters.gso_refused;
      send_unsegmented(refused, counters);
    } else if (error == EMSGSIZE) {
      ++counters.drop_message_too_long;
    } else if (error != EINTR) {
      counters.drop_send_error += refused.segments();
    } else {
      --at;
    }
  }
}

void UdpSocket::send_unsegmented(const Transmit& message, LoopCounters& counters) {
  const SocketAddress to = to_sockaddr(message.path.remote);
  for (std::size_t at = 0; at < message.bytes.size(); at += message.segment_size) {
    const std::size_t size = std::min<std::size_t>(message.segment_size, message.bytes.size() - at);
    if (::sendto(fd(), message.bytes.data() + at, size, 0, &to.any, to.size) >= 0) {
      ++counters.messages_sent;
      ++counters.datagrams_sent;
      counters.bytes_sent += size;
    } else if (errno == EMSGSIZE) {
      ++counters.drop_message_too_long;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      ++counters.drop_send_would_block;
    } else {
      ++counters.drop_send_error;
    }
  }
}

}  // namespace confab::engine
