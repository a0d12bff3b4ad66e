#include "bench/forward/forwarding.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <thread>

#include "base/datagram_batch.h"
#include "platform/clock/clock.h"

namespace confab::bench {
namespace {

constexpr Duration kWarmUp = 500ms;
// For what was sent to be forwarded.
constexpr Duration kDrain = 100ms;

constexpr const char* kUsage =
    "  --publishers N --receivers N   1 and 100\n"
    "  --trace FILE                   play a recording (bench/data), instead of\n"
    "  --burst N --bytes N            8 packets of 1150 bytes from each publisher at each tick\n"
    "  --tick-us N                    2000: of bursts, and the distance of flushes\n"
    "  --profile gcm128|gcm256|ctr\n"
    "  --seconds N                    3\n"
    "  --address IP                   to receive on; 127.0.0.1\n"
    "  --first-receiver IP            the others' addresses follow; 10.99.1.0\n"
    "  --cpu N --generator-cpu N      pin the forwarder and the publishers";

template <typename T>
bool read_number(std::string_view text, T& out) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end;
}

bool read_duration(std::string_view text, double unit_ns, Duration& out) {
  double value = 0;
  if (!read_number(text, value) || value <= 0 || value > 1e9) return false;
  out = Duration(static_cast<std::int64_t>(value * unit_ns));
  return true;
}

bool read_profile(std::string_view text, SrtpProfile& out) {
  if (text == "gcm128")
    out = SrtpProfile::kAeadAes128Gcm;
  else if (text == "gcm256")
    out = SrtpProfile::kAeadAes256Gcm;
  else if (text == "ctr")
    out = SrtpProfile::kAes128CmSha1_80;
  else
    return false;
  return true;
}

bool read_address(std::string_view text, IpAddress& out) {
  const auto address = IpAddress::parse(text);
  if (address) out = *address;
  return address && address->is_v4();
}

bool read_option(std::string_view flag, std::string_view value, ForwardOptions& out) {
  if (flag == "--publishers") return read_number(value, out.publishers);
  if (flag == "--receivers") return read_number(value, out.receivers);
  if (flag == "--burst") return read_number(value, out.burst);
  if (flag == "--bytes") return read_number(value, out.packet_bytes);
  if (flag == "--tick-us") return read_duration(value, 1e3, out.tick);
  if (flag == "--seconds") return read_duration(value, 1e9, out.duration);
  if (flag == "--profile") return read_profile(value, out.profile);
  if (flag == "--address") return read_address(value, out.address);
  if (flag == "--first-receiver") return read_address(value, out.first_receiver);
  if (flag == "--cpu") return read_number(value, out.cpu.emplace());
  if (flag == "--generator-cpu") return read_number(value, out.generator_cpu.emplace());
  if (flag == "--trace") out.trace = value;
  return flag == "--trace";
}

bool makes_sense(const ForwardOptions& options) {
  constexpr std::size_t kMost = 60'000;  // addresses of a /16
  constexpr std::uint16_t kLeastBytes = 64;
  return options.publishers > 0 && options.publishers <= kMost && options.receivers > 0 &&
         options.receivers <= kMost && options.burst > 0 && options.burst <= kMost &&
         options.packet_bytes >= kLeastBytes && options.packet_bytes <= limits::kDatagramBytesOut;
}

Duration to_duration(const timeval& t) {
  return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

void print(const std::string& name, const ForwardOptions& options, std::uint64_t sent,
           const ForwardSample& spent) {
  const double expected = static_cast<double>(sent) * static_cast<double>(options.receivers);
  const double packets = static_cast<double>(spent.packets_out);
  const auto per_packet = [&](Duration d) { return static_cast<double>(d.count()) / packets; };
  const double seconds = to_seconds(options.duration);
  const double total = per_packet(spent.user + spent.system);
  std::printf(
      "{\"benchmark\":\"%s\",\"publishers\":%zu,\"receivers\":%zu,\"traffic\":\"%s\","
      "\"profile\":\"%s\",\"tick_us\":%lld,\"seconds\":%.2f,\"packets_in_per_second\":%.0f,"
      "\"packets_per_second\":%.0f,\"bytes_per_packet\":%.0f,\"packets_per_skb\":%.2f,"
      "\"ns_per_packet\":%.1f,\"user_ns_per_packet\":%.1f,\"system_ns_per_packet\":%.1f,"
      "\"core_share\":%.4f,\"packets_per_second_of_a_core\":%.0f,\"loss\":%.6f}\n",
      name.c_str(), options.publishers, options.receivers,
      options.trace.empty() ? "bursts" : "recorded", srtp_profile_name(options.profile).data(),
      static_cast<long long>(to_us(options.tick)), seconds, static_cast<double>(sent) / seconds,
      packets / seconds, static_cast<double>(spent.bytes_out) / packets,
      packets / static_cast<double>(spent.messages_out), total, per_packet(spent.user),
      per_packet(spent.system), to_seconds(spent.user + spent.system) / seconds, 1e9 / total,
      1.0 - packets / expected);
}

}  // namespace

Result<ForwardOptions> parse_options(int argc, char** argv) {
  ForwardOptions options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !read_option(argv[i], argv[i + 1], options)) {
      return fail(ErrorCode::kInvalidArgument, std::string(argv[i]) + "?\n" + kUsage);
    }
  }
  if (!makes_sense(options)) return fail(ErrorCode::kInvalidArgument, kUsage);
  return options;
}

Result<Trace> trace_of(const ForwardOptions& options) {
  if (!options.trace.empty()) return read_trace(options.trace);
  return make_bursts(options.burst, options.packet_bytes, options.tick);
}

ForwardSample thread_sample() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return {.user = to_duration(usage.ru_utime), .system = to_duration(usage.ru_stime)};
}

Result<Publishers> Publishers::open(const ForwardOptions& options) {
  Publishers out;
  for (std::size_t i = 0; i < options.publishers; ++i) {
    auto socket = engine::UdpSocket::open({options.address, 0}, static_cast<std::uint32_t>(i), {});
    if (!socket) return fail(ErrorCode::kUnavailable, socket.error().message);
    out.endpoints_.push_back((*socket)->local());
    out.sockets_.push_back(std::move(*socket));
  }
  return out;
}

std::uint64_t Publishers::send(Schedule& schedule, std::vector<MediaSource>& sources,
                               const Endpoint& to, Duration duration) {
  // The kernel would round a sleep up by 50 µs, which is a quarter of the distance of packets.
  ::prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  DatagramBatch composed(engine::kSendBatch);
  std::array<Transmit, engine::kSendBatch> messages;
  std::uint64_t sent = 0;
  const Instant start = monotonic_now() - played_;
  played_ += duration;
  while (schedule.next_at() < played_) {
    const Instant now = monotonic_now();
    const Duration early = start + schedule.next_at() - now;
    if (early > Duration::zero()) {
      std::this_thread::sleep_for(early);
      continue;
    }
    // What is due of one publisher, together.
    composed.clear();
    std::size_t publisher = 0;
    do {
      const DuePacket due = schedule.take();
      publisher = due.publisher;
      sources[publisher].compose(now, due.media_time, *due.packet, composed);
    } while (composed.size() < messages.size() && start + schedule.next_at() <= now &&
             schedule.next_publisher() == publisher && schedule.next_at() < played_);
    for (std::size_t i = 0; i < composed.size(); ++i) {
      const ByteView bytes = composed[i];
      messages[i] = {{Protocol::kUdp, 0, to}, bytes, static_cast<std::uint16_t>(bytes.size())};
    }
    sockets_[publisher]->send(now, std::span(messages).first(composed.size()), counters_);
    sent += composed.size();
  }
  return sent;
}

void measure(const std::string& name, const ForwardOptions& options, Publishers& publishers,
             const Trace& trace, std::vector<MediaSource>& sources, const Endpoint& to,
             const std::function<ForwardSample()>& sample) {
  Schedule schedule(trace, options.publishers);
  publishers.send(schedule, sources, to, kWarmUp);
  std::this_thread::sleep_for(kDrain);
  const ForwardSample before = sample();
  const std::uint64_t sent = publishers.send(schedule, sources, to, options.duration);
  std::this_thread::sleep_for(kDrain);
  const ForwardSample after = sample();
  print(name, options, sent,
        {.user = after.user - before.user,
         .system = after.system - before.system,
         .packets_in = after.packets_in - before.packets_in,
         .packets_out = after.packets_out - before.packets_out,
         .messages_out = after.messages_out - before.messages_out,
         .bytes_out = after.bytes_out - before.bytes_out});
}

int run_program(const char* name, int argc, char** argv,
                Result<void> (*run)(const ForwardOptions&)) {
  const auto options = parse_options(argc, argv);
  const auto done = options ? run(*options) : Result<void>(std::unexpected(options.error()));
  if (done) return 0;
  std::fprintf(stderr, "%s: %s\n", name, done.error().message.c_str());
  return options ? 1 : 2;
}

}  // namespace confab::bench
