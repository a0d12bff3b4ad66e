#include "service/loadtest/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "platform/json/json.h"

namespace confab::loadtest {
namespace {

namespace bj = boost::json;

constexpr std::size_t kFailuresShown = 5;

double to_double(std::uint64_t n) {
  return static_cast<double>(n);
}

double ms(Duration d) {
  return static_cast<double>(to_us(d)) / 1000;
}

double per_packet_us(Duration cpu, std::uint64_t packets) {
  return packets == 0 ? 0 : to_seconds(cpu) * 1e6 / to_double(packets);
}

bj::object to_json(const client::Histogram& h) {
  return {{"count", h.count()},
          {"p50_ms", ms(h.percentile(0.5))},
          {"p90_ms", ms(h.percentile(0.9))},
          {"p99_ms", ms(h.percentile(0.99))},
          {"max_ms", ms(h.max())}};
}

bj::object to_json(const client::Counters& c) {
  return {{"packets_sent", c.packets_sent},
          {"bytes_sent", c.bytes_sent},
          {"packets_received", c.packets_received},
          {"bytes_received", c.bytes_received},
          {"packets_missing", c.packets_missing},
          {"packets_late", c.packets_late},
          {"packets_repaired", c.packets_repaired},
          {"packets_duplicate", c.packets_duplicate},
          {"packets_retransmitted", c.packets_retransmitted},
          {"packets_verified", c.packets_verified},
          {"key_frames_sent", c.key_frames_sent},
          {"nacks_sent", c.nacks_sent},
          {"nacks_received", c.nacks_received},
          {"plis_sent", c.plis_sent},
          {"plis_received", c.plis_received},
          {"transport_feedback_received", c.transport_feedback_received},
          {"drop_srtp", c.drop_srtp},
          {"drop_malformed", c.drop_malformed},
          {"drop_unknown_ssrc", c.drop_unknown_ssrc},
          {"drop_unstamped", c.drop_unstamped},
          {"drop_no_room", c.drop_no_room}};
}

bj::object to_json(const UdpLoopCounters& c) {
  return {{"datagrams_received", c.datagrams_received},
          {"datagrams_sent", c.datagrams_sent},
          {"receive_calls", c.receive_calls},
          {"send_calls", c.send_calls},
          {"send_refused", c.send_refused},
          {"receive_overflows", c.receive_overflows}};
}

bj::object to_json(const Options& o) {
  return {{"url", o.url},
          {"rooms", o.rooms},
          {"participants", o.participants},
          {"publishers", o.publishers_per_room()},
          {"subscribers", o.subscribers_per_room()},
          {"joins_per_second", o.joins_per_second},
          {"audio", o.audio},
          {"video", o.video},
          {"video_bitrate_bps", o.video_bitrate_bps},
          {"frames_per_second", o.frames_per_second},
          {"simulcast", o.simulcast},
          {"threads", o.threads},
          {"verify_one_in", o.verify_one_in}};
}

std::uint64_t grown_bytes(const ServerReport& server) {
  return server.resident_bytes - std::min(server.resident_bytes, server.resident_bytes_before);
}

void add_delay(std::string& out, std::string_view what, const client::Histogram& h) {
  if (h.count() == 0) return;
  fmt::format_to(std::back_inserter(out), "  {:<22} {:>9.2f} {:>9.2f} {:>9.2f} {:>9.2f}\n", what,
                 ms(h.percentile(0.5)), ms(h.percentile(0.9)), ms(h.percentile(0.99)), ms(h.max()));
}

}  // namespace

void JoinReport::add_ready(const JoinTimes& times) {
  ++ready;
  signaling.add(times.joined);
  connected.add(times.connected);
  media.add(times.media);
}

void JoinReport::add_failed(std::string_view why) {
  ++failed;
  if (failures.size() < kFailuresShown) failures.emplace_back(why);
}

void JoinReport::add_lost(std::string_view why) {
  ++lost;
  if (failures.size() < kFailuresShown) failures.emplace_back(why);
}

std::uint64_t Report::packets_lost() const {
  const client::Counters& c = media.stats.counters;
  return c.packets_missing - std::min(c.packets_missing, c.packets_late + c.packets_repaired);
}

double Report::loss() const {
  const std::uint64_t expected = media.stats.counters.packets_received + packets_lost();
  return expected == 0 ? 0 : to_double(packets_lost()) / to_double(expected);
}

std::string to_table(const Report& report) {
  std::string out;
  const auto line = [&out](fmt::string_view format, const auto&... values) {
    fmt::vformat_to(std::back_inserter(out), format, fmt::make_format_args(values...));
  };
  const client::Counters& c = report.media.stats.counters;
  const double seconds = std::max(to_seconds(report.measured), 1e-3);
  line("\n  joined     {} of {} at {:.1f}/s", report.joins.ready, report.joins.wanted,
       report.joins.per_second);
  if (report.joins.failed > 0) line(", {} failed", report.joins.failed);
  if (report.joins.lost > 0) line(", {} lost", report.joins.lost);
  line("\n");
  for (const std::string& why : report.joins.failures) line("             {}\n", why);
  line("  measured   {:.1f} s\n", seconds);
  line("  sent       {} packets, {:.0f}/s, {:.1f} Mbit/s\n", c.packets_sent,
       to_double(c.packets_sent) / seconds, to_double(c.bytes_sent) * 8e-6 / seconds);
  line("  received   {} packets, {:.0f}/s, {:.1f} Mbit/s\n", c.packets_received,
       to_double(c.packets_received) / seconds, to_double(c.bytes_received) * 8e-6 / seconds);
  line("  lost       {} ({:.4f} %), after {} came late and {} were repaired\n",
       report.packets_lost(), report.loss() * 100, c.packets_late, c.packets_repaired);
  if (report.media.sockets.receive_overflows > 0) {
    line("             {} of them by this generator: it was too slow to read them\n",
         report.media.sockets.receive_overflows);
  }
  line("  generator  {:.2f} us of CPU per packet received, {:.0f} % of a core\n",
       per_packet_us(report.generator_cpu, c.packets_received),
       100 * to_seconds(report.generator_cpu) / seconds);
  if (report.server) {
    line(
        "  server     {:.2f} us of CPU per packet delivered, {:.0f} % of a core, {:.1f} MB, {:.0f} "
        "kB "
        "per participant\n",
        per_packet_us(report.server->cpu, c.packets_received),
        100 * to_seconds(report.server->cpu) / seconds,
        to_double(report.server->resident_bytes) * 1e-6,
        to_double(grown_bytes(*report.server)) * 1e-3 / std::max(report.joins.ready, 1U));
  }
  line("\n  {:<22} {:>9} {:>9} {:>9} {:>9}\n", "ms", "p50", "p90", "p99", "max");
  add_delay(out, "audio, forwarding", report.media.stats.audio_delay);
  add_delay(out, "video, forwarding", report.media.stats.video_delay);
  add_delay(out, "round trip (STUN)", report.media.stats.round_trip);
  if (report.media.stats.recovery.count() > 0) {
    add_delay(out, "media lost and back", report.media.stats.recovery);
  }
  add_delay(out, "join answered", report.joins.signaling);
  add_delay(out, "ICE and DTLS", report.joins.media);
  add_delay(out, "join to media", report.joins.connected);
  return out + "\n";
}

std::string to_json(const Report& report) {
  const client::Counters& c = report.media.stats.counters;
  bj::array failures;
  for (const std::string& why : report.joins.failures) failures.emplace_back(why);
  bj::object out{{"options", to_json(report.options)},
                 {"measured_seconds", to_seconds(report.measured)},
                 {"joins",
                  {{"wanted", report.joins.wanted},
                   {"ready", report.joins.ready},
                   {"failed", report.joins.failed},
                   {"lost", report.joins.lost},
                   {"per_second", report.joins.per_second},
                   {"signaling", to_json(report.joins.signaling)},
                   {"connected", to_json(report.joins.connected)},
                   {"media", to_json(report.joins.media)},
                   {"failures", std::move(failures)}}},
                 {"media", to_json(c)},
                 {"sockets", to_json(report.media.sockets)},
                 {"packets_lost", report.packets_lost()},
                 {"loss", report.loss()},
                 {"audio_delay", to_json(report.media.stats.audio_delay)},
                 {"video_delay", to_json(report.media.stats.video_delay)},
                 {"round_trip", to_json(report.media.stats.round_trip)},
                 {"recovery", to_json(report.media.stats.recovery)},
                 {"generator",
                  {{"cpu_seconds", to_seconds(report.generator_cpu)},
                   {"cpu_us_per_packet", per_packet_us(report.generator_cpu, c.packets_received)},
                   {"resident_bytes", report.generator_resident_bytes}}}};
  if (report.server) {
    const ServerReport& server = *report.server;
    out["server"] = {
        {"cpu_seconds", to_seconds(server.cpu)},
        {"cpu_us_per_packet", per_packet_us(server.cpu, c.packets_received)},
        {"resident_bytes", server.resident_bytes},
        {"resident_bytes_before", server.resident_bytes_before},
        {"resident_bytes_per_participant", grown_bytes(server) / std::max(report.joins.ready, 1U)}};
  }
  return json::serialize(out) + "\n";
}

std::string to_line(const Progress& p) {
  std::string out =
      p.is_measuring ? fmt::format("measuring, {:.0f} s left", to_seconds(p.left)) : "joining";
  out += fmt::format(": {} in", p.ready - p.lost);
  if (p.joining > 0) out += fmt::format(", {} to come", p.joining);
  if (p.failed > 0) out += fmt::format(", {} failed", p.failed);
  if (p.lost > 0) out += fmt::format(", {} lost", p.lost);
  return out + fmt::format("; {:.0f} packets/s out, {:.0f} in, {:.1f} Mbit/s",
                           p.packets_sent_per_second, p.packets_received_per_second,
                           p.megabits_received_per_second);
}

}  // namespace confab::loadtest
