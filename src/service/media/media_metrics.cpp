#include "service/media/media_metrics.h"

#include <algorithm>
#include <array>
#include <string>

#include "cc/control/messages.h"
#include "engine/counters.h"

namespace confab::media {
namespace {

void expose_gauges(const sfu::ShardGauges& g, std::string_view shard, metrics::Exposition& out) {
  const auto gauge = [&](std::string_view name, std::string_view help, std::size_t value) {
    out.gauge(name, help, {{"shard", shard}}, static_cast<double>(value));
  };
  gauge("routers", "Meetings with a router.", g.routers);
  gauge("transports", "WebRTC transports.", g.transports);
  gauge("producers", "Streams that participants send.", g.producers);
  gauge("consumers", "Streams that participants receive.", g.consumers);
  gauge("piped_producers", "Streams consumed here whose sender is on another shard.",
        g.piped_producers);
  gauge("pipe_outlets", "Streams taken by other shards, for each shard.", g.pipe_outlets);
  gauge("paths", "5-tuples and TCP connections that ICE has accepted.", g.paths);
  gauge("ice_ufrags", "ICE user name fragments in use.", g.ufrags);
  gauge("dtls_ssl_objects", "Handshakes under way, or whose peer has not sent media yet.",
        g.ssl_objects);
  gauge("rtp_streams", "Entries of the SSRC tables, both directions.", g.streams);
  gauge("egress_queued_packets", "Packets that wait for the next flush.", g.queued_packets);
  gauge("timers", "Deadlines that are set.", g.timers);
  gauge("packet_slots_in_use", "Packet buffers that are held.", g.pool_in_use);
  for (std::size_t i = 0; i < cc::kLinkStates; ++i) {
    out.gauge("receiver_links", "Receivers that report what reaches them, by how their link is.",
              {{"shard", shard}, {"state", cc::to_string(static_cast<cc::LinkState>(i))}},
              static_cast<double>(g.links[i]));
  }
  for (std::size_t i = 0; i < g.layered.size(); ++i) {
    const bool is_none = i + 1 == g.layered.size();
    out.gauge("layered_consumers", "Consumers of layered video, by the stream that they are sent.",
              {{"shard", shard}, {"layer", is_none ? "none" : std::to_string(i)}},
              static_cast<double>(g.layered[i]));
  }
  out.gauge("receiver_target_bits_per_second",
            "What receivers of layered video may be sent, together.", {{"shard", shard}},
            g.target_bps);
  out.gauge("receiver_sent_bits_per_second", "What these are sent.", {{"shard", shard}},
            g.sent_bps);
}

void expose_links(const sfu::LinkQuality& links, std::string_view shard, metrics::Exposition& out) {
  using sfu::LinkQuality;
  out.histogram("rtcp_round_trip_seconds", "Round trips to receivers, by their reports.",
                {{"shard", shard}}, LinkQuality::kRttBounds, links.rtt.counts, links.rtt.sum);
  const auto direction = [&](std::string_view name, const LinkQuality::Direction& d) {
    out.histogram("rtcp_loss_ratio",
                  "Packets lost of a stream, before repairs, by the reports of its receiver.",
                  {{"shard", shard}, {"direction", name}}, LinkQuality::kLossBounds, d.loss.counts,
                  d.loss.sum);
    out.histogram("rtcp_jitter_seconds", "Jitter of a stream, by the reports of its receiver.",
                  {{"shard", shard}, {"direction", name}}, LinkQuality::kJitterBounds,
                  d.jitter.counts, d.jitter.sum);
  };
  direction("down", links.down);
  direction("up", links.up);
}

void expose_counters(const sfu::ShardCounters& c, std::string_view shard,
                     metrics::Exposition& out) {
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    out.counter(name, help, {{"shard", shard}}, value);
  };
  counter("media_packets_received", "Datagrams taken in.", c.packets_in);
  counter("media_bytes_received", "Bytes of datagrams taken in.", c.bytes_in);
  counter("media_packets_sent", "Datagrams handed out.", c.packets_out);
  counter("media_messages_sent",
          "Send messages; packets over messages is packets per skb, which the cost depends on.",
          c.messages_out);
  counter("media_bytes_sent", "Bytes of datagrams handed out.", c.bytes_out);
  counter("rtp_packets_sent", "RTP packets handed out.", c.media_packets_out);
  counter("rtp_messages_sent", "Send messages of RTP alone.", c.media_messages_out);
  counter("rtp_padding_bytes_sent", "Padding that made segments equal.", c.padding_bytes_out);
  counter("rtp_probe_bytes_sent", "Padding that found out what links carry.", c.probe_bytes_out);
  counter("rtp_packets_received", "RTP packets taken in.", c.rtp_in);
  counter("rtcp_packets_received", "RTCP datagrams taken in.", c.rtcp_in);
  counter("stun_packets_received", "STUN datagrams taken in.", c.stun_in);
  counter("dtls_packets_received", "DTLS datagrams taken in.", c.dtls_in);
  counter("dtls_handshake_turns", "Datagrams of handshakes that had their turn.",
          c.handshake_turns);
  counter("rtx_packets_received", "Retransmissions by publishers.", c.rtx_in);
  counter("rtx_packets_sent", "Retransmissions to subscribers.", c.rtx_out);
  counter("nacked_packets_received", "Packets that subscribers asked for again.", c.nacks_in);
  counter("nacked_packets_sent", "Packets asked of publishers again.", c.nacks_out);
  counter("key_frame_requests_received", "PLI and FIR from subscribers.", c.key_frame_requests_in);
  counter("key_frame_requests_shed", "Wishes of subscribers that want key frames too often.",
          c.key_frame_requests_shed);
  counter("key_frame_requests_sent", "PLI and FIR to publishers.", c.key_frame_requests_out);
  counter("twcc_feedback_received", "Transport-wide feedback from subscribers.",
          c.twcc_feedback_in);
  counter("twcc_feedback_sent", "Transport-wide feedback to publishers.", c.twcc_feedback_out);
  counter("layers_allocations_received", "What publishers said of the layers that they send.",
          c.layers_allocations_in);
  counter("layers_allocations_refused", "Of these, those that could not be read.",
          c.layers_allocations_refused);
  counter("sender_reports_sent", "RTCP sender reports.", c.sender_reports_out);
  counter("receiver_reports_sent", "RTCP receiver reports.", c.receiver_reports_out);
  counter("transports_timed_out", "Transports closed for want of consent.", c.transports_timed_out);
  counter("pipe_packets_sent", "Packets copied to other shards.", c.pipe_packets_out);
  counter("pipe_packets_received", "Packets taken over from other shards.", c.pipe_packets_in);
  for (std::size_t i = 0; i < sfu::kDropReasons; ++i) {
    out.counter("media_drops", "Packets that went nowhere, by reason.",
                {{"shard", shard}, {"reason", sfu::to_string(static_cast<sfu::Drop>(i))}},
                c.drops[i]);
  }
  for (std::size_t i = 0; i < sfu::kRepeatRefusals; ++i) {
    out.counter("nacked_packets_refused", "Packets asked for and not sent again, by reason.",
                {{"shard", shard}, {"reason", sfu::to_string(static_cast<sfu::RepeatRefusal>(i))}},
                c.repeats_refused[i]);
  }
}

void expose_delay(const engine::DelayHistogram& delay, std::string_view shard,
                  metrics::Exposition& out) {
  std::array<double, engine::DelayHistogram::kBounds.size()> bounds;
  std::ranges::transform(engine::DelayHistogram::kBounds, bounds.begin(), to_seconds);
  out.histogram("forwarding_delay_seconds",
                "From the kernel taking a packet in to its having taken it out again; a sample.",
                {{"shard", shard}}, bounds, delay.counts, to_seconds(delay.sum));
}

}  // namespace

void expose(std::span<const ShardSnapshot> shards, metrics::Exposition& out) {
  for (const ShardSnapshot& s : shards) {
    const std::string shard = std::to_string(s.shard);
    expose_gauges(s.gauges, shard, out);
    out.gauge("tcp_connections", "ICE-TCP connections.", {{"shard", shard}},
              static_cast<double>(s.tcp_connections));
    out.counter("commands_late", "Commands not begun: nobody waited for them any more.",
                {{"shard", shard}}, s.commands_late);
    expose_counters(s.counters, shard, out);
    expose_links(s.counters.links, shard, out);
    expose_delay(s.loop.forwarding_delay, shard, out);
    for (const auto& [name, value] : engine::named_counters(s.loop)) {
      out.counter("engine_" + std::string(name), "The packet loop's own count.", {{"shard", shard}},
                  value);
    }
  }
}

}  // namespace confab::media
