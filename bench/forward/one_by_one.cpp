// What forwarding costs the plain way, for comparison under the same traffic: one recvfrom for each
// packet, libsrtp2 to open it and to protect it for each receiver, one sendto for each of those.
// Rewrites SSRC and sequence number and nothing else. Prints one JSON object; run by
// bench/blackhole.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <srtp2/srtp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <future>
#include <map>
#include <memory>

#include "base/bytes.h"
#include "base/check.h"
#include "base/random.h"
#include "bench/forward/forwarding.h"
#include "engine/shard_thread.h"
#include "rtc/ortc/router_capabilities.h"
#include "rtc/srtp/crypto.h"

namespace confab::bench {
namespace {

using Key = std::array<std::uint8_t, kSrtpKeyBytesMax + kSrtpSaltBytesMax>;

class PlainSrtp {
 public:
  PlainSrtp(const SrtpKeyMaterial& keys, srtp_ssrc_type_t direction) {
    std::ranges::copy(keys.key_view(), key_.begin());
    std::ranges::copy(keys.salt_view(), key_.begin() + keys.key_view().size());
    srtp_policy_t policy{};
    const srtp_profile_t profile =
        keys.profile == SrtpProfile::kAeadAes128Gcm   ? srtp_profile_aead_aes_128_gcm
        : keys.profile == SrtpProfile::kAeadAes256Gcm ? srtp_profile_aead_aes_256_gcm
                                                      : srtp_profile_aes128_cm_sha1_80;
    CHECK(srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile) == srtp_err_status_ok);
    CHECK(srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile) ==
          srtp_err_status_ok);
    policy.ssrc.type = direction;
    policy.key = key_.data();
    CHECK(srtp_create(&session_, &policy) == srtp_err_status_ok);
  }
  ~PlainSrtp() { srtp_dealloc(session_); }
  PlainSrtp(const PlainSrtp&) = delete;
  PlainSrtp& operator=(const PlainSrtp&) = delete;

  srtp_t get() const { return session_; }

 private:
  Key key_{};
  srtp_t session_ = nullptr;
};

sockaddr_in to_sockaddr(const IpAddress& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(address.v4_host_order());
  out.sin_port = htons(port);
  return out;
}

struct Receiver {
  sockaddr_in address;
  std::unique_ptr<PlainSrtp> srtp;
};

class Forwarder {
 public:
  Forwarder(const ForwardOptions& options, const std::vector<Endpoint>& publishers)
      : socket_(::socket(AF_INET, SOCK_DGRAM, 0)),
        router_(*ortc::router_capabilities(ortc::default_router_codecs())),
        crypto_(srtp::make_crypto_provider()) {
    CHECK(socket_ >= 0);
    const int buffer = 4 << 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
    sockaddr_in own = to_sockaddr(options.address, 0);
    CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof(own)) == 0);
    socklen_t size = sizeof(own);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size);
    endpoint_ = {options.address, ntohs(own.sin_port)};

    for (const Endpoint& publisher : publishers) {
      const SrtpKeys keys = draw_keys(options.profile);
      sources_.emplace_back(router_, keys, *crypto_, random_);
      opened_[publisher.port] = std::make_unique<PlainSrtp>(keys.local, ssrc_any_inbound);
    }
    for (std::size_t i = 0; i < options.receivers; ++i) {
      const auto address =
          IpAddress::v4(options.first_receiver.v4_host_order() + static_cast<std::uint32_t>(i));
      receivers_.push_back(
          {to_sockaddr(address, 50000),
           std::make_unique<PlainSrtp>(draw_keys(options.profile).local, ssrc_any_outbound)});
    }
  }
  ~Forwarder() { ::close(socket_); }
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Forwards until stop(); answers samples between packets.
  void run() {
    std::array<std::uint8_t, 2048> packet;
    for (;;) {
      sockaddr_in from{};
      socklen_t from_size = sizeof(from);
      const ssize_t n = ::recvfrom(socket_, packet.data(), packet.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &from_size);
      if (n == 0) {  // an empty datagram of our own
        if (stop_) return;
        if (auto* promise = asked_.exchange(nullptr)) promise->set_value(sample());
        continue;
      }
      if (n > 0) forward(packet, static_cast<int>(n), ntohs(from.sin_port));
    }
  }

  ForwardSample ask() {
    std::promise<ForwardSample> promise;
    asked_ = &promise;
    wake();
    return promise.get_future().get();
  }
  void stop() {
    stop_ = true;
    wake();
  }

  std::vector<MediaSource>& sources() { return sources_; }
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  SrtpKeys draw_keys(SrtpProfile profile) {
    std::vector<std::uint8_t> exported(srtp_exported_size(profile));
    random_.fill(exported);
    return *SrtpKeys::from_exported(profile, exported, true);
  }

  void forward(std::array<std::uint8_t, 2048>& packet, int size, std::uint16_t from) {
    ++counts_.packets_in;
    const auto source = opened_.find(from);
    if (source == opened_.end() ||
        srtp_unprotect(source->second->get(), packet.data(), &size) != srtp_err_status_ok) {
      return;
    }
    std::array<std::uint8_t, 2048 + SRTP_MAX_TRAILER_LEN> out;
    for (std::uint32_t i = 0; i < receivers_.size(); ++i) {
      std::memcpy(out.data(), packet.data(), static_cast<std::size_t>(size));
      store_be16(&out[2], static_cast<std::uint16_t>(load_be16(&packet[2]) + i));
      store_be32(&out[8], load_be32(&packet[8]) + i);
      int out_size = size;
      if (srtp_protect(receivers_[i].srtp->get(), out.data(), &out_size) != srtp_err_status_ok) {
        continue;
      }
      if (::sendto(socket_, out.data(), static_cast<std::size_t>(out_size), 0,
                   reinterpret_cast<const sockaddr*>(&receivers_[i].address),
                   sizeof(sockaddr_in)) > 0) {
        ++counts_.packets_out;
        counts_.bytes_out += static_cast<std::uint64_t>(out_size);
      }
    }
  }

  ForwardSample sample() const {
    ForwardSample out = thread_sample();
    out.packets_in = counts_.packets_in;
    out.packets_out = out.messages_out = counts_.packets_out;
    out.bytes_out = counts_.bytes_out;
    return out;
  }

  // From another thread: the loop only ever waits for datagrams.
  void wake() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    const sockaddr_in to = to_sockaddr(endpoint_.address, endpoint_.port);
    ::sendto(fd, "", 0, 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    ::close(fd);
  }

  int socket_;
  Endpoint endpoint_;
  SeededRandom random_{1};
  ortc::RtpCapabilities router_;
  std::unique_ptr<srtp::CryptoProvider> crypto_;
  std::vector<MediaSource> sources_;
  std::map<std::uint16_t, std::unique_ptr<PlainSrtp>> opened_;  // by the publisher's port
  std::vector<Receiver> receivers_;
  ForwardSample counts_;
  std::atomic<std::promise<ForwardSample>*> asked_ = nullptr;
  std::atomic<bool> stop_ = false;
};

Result<void> run(const ForwardOptions& options) {
  const auto trace = trace_of(options);
  if (!trace) return std::unexpected(trace.error());
  auto publishers = Publishers::open(options);
  if (!publishers) return std::unexpected(publishers.error());
  CHECK(srtp_init() == srtp_err_status_ok);
  Forwarder forwarder(options, publishers->endpoints());
  engine::ShardThread thread("forwarder", options.cpu, [&] { forwarder.run(); });
  engine::ShardThread generator("generator", options.generator_cpu, [&] {
    measure("forward_one_by_one", options, *publishers, *trace, forwarder.sources(),
            forwarder.endpoint(), [&] { return forwarder.ask(); });
    forwarder.stop();
  });
  return {};
}

}  // namespace
}  // namespace confab::bench

int main(int argc, char** argv) {
  return confab::bench::run_program("forward_one_by_one", argc, argv, confab::bench::run);
}
