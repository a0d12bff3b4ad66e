// How media gets to and from the one who asks, in words and numbers that a page can show.
#include <boost/json.hpp>

#include "service/ortc_json/write.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

using boost::json::array;
using boost::json::object;

call::Request read(const json::Reader&, const ReadContext&) {
  return call::GetStats{};
}

object describe_link(const control::LinkStats& link) {
  return {{"targetBps", link.target_bps},
          {"sentBps", link.sent_bps},
          {"networkQueueMs", link.network_queue_ms},
          {"serverQueuePackets", link.server_queue_packets},
          {"lossPermille", link.loss_permille},
          {"state", link.state},
          {"cause", link.cause}};
}

object describe_transport(const control::TransportStats& stats) {
  object out = {
      {"transportId", stats.transport.to_string()}, {"iceConnected", stats.ice_connected},
      {"dtlsConnected", stats.dtls_connected},      {"protocol", stats.is_tcp ? "tcp" : "udp"},
      {"packetsReceived", stats.packets_received},  {"packetsSent", stats.packets_sent},
      {"bytesReceived", stats.bytes_received},      {"bytesSent", stats.bytes_sent}};
  // Without reports of the receiver there is nothing known of its link.
  if (stats.link && stats.link->is_known) out["link"] = describe_link(*stats.link);
  return out;
}

object describe_producer(const control::ProducerStats& stats) {
  return {{"producerId", stats.producer.to_string()},
          {"kind", ortc_json::kind_name(stats.kind)},
          {"codec", stats.codec},
          {"packetsReceived", stats.packets_received},
          {"bytesReceived", stats.bytes_received},
          {"packetsLost", stats.packets_lost},
          {"packetsRepaired", stats.packets_repaired},
          {"nacksSent", stats.nacks_sent},
          {"plisSent", stats.plis_sent},
          {"jitterUs", stats.jitter_us}};
}

object describe_consumer(const control::ConsumerStats& stats) {
  object out = {{"consumerId", stats.consumer.to_string()},
                {"producerId", stats.producer.to_string()},
                {"packetsSent", stats.packets_sent},
                {"bytesSent", stats.bytes_sent},
                {"packetsRetransmitted", stats.packets_retransmitted},
                {"nacksReceived", stats.nacks_received},
                {"plisReceived", stats.plis_received},
                {"rttUs", stats.rtt_us},
                {"fractionLost", stats.fraction_lost}};
  if (stats.layers) out["layers"] = describe(*stats.layers);
  return out;
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  const auto& stats = std::get<control::MeetingStats>(body);
  array transports;
  for (const auto& each : stats.transports) transports.push_back(describe_transport(each));
  array producers;
  for (const auto& each : stats.producers) producers.push_back(describe_producer(each));
  array consumers;
  for (const auto& each : stats.consumers) consumers.push_back(describe_consumer(each));
  return acknowledge_with({{"transports", std::move(transports)},
                           {"producers", std::move(producers)},
                           {"consumers", std::move(consumers)}});
}

}  // namespace

const EventCodec kStatsGet{"stats:get", read, write};

}  // namespace confab::signaling::own
