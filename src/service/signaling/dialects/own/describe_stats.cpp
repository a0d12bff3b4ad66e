// How media gets to and from people, in words and numbers that a page can show.
#include <boost/json.hpp>

#include "service/ortc_json/write.h"
#include "service/signaling/dialects/own/describe.h"

namespace confab::signaling::own {

using boost::json::object;

namespace {

object describe_link(const control::LinkStats& link) {
  return {{"targetBps", link.target_bps},
          {"sentBps", link.sent_bps},
          {"networkQueueMs", link.network_queue_ms},
          {"serverQueuePackets", link.server_queue_packets},
          {"lossPermille", link.loss_permille},
          {"state", link.state},
          {"cause", link.cause}};
}

}  // namespace

object describe(const control::TransportStats& stats) {
  object out = {
      {"transportId", stats.transport.to_string()}, {"iceConnected", stats.ice_connected},
      {"dtlsConnected", stats.dtls_connected},      {"protocol", stats.is_tcp ? "tcp" : "udp"},
      {"packetsReceived", stats.packets_received},  {"packetsSent", stats.packets_sent},
      {"bytesReceived", stats.bytes_received},      {"bytesSent", stats.bytes_sent}};
  // Without reports of the receiver there is nothing known of its link.
  if (stats.link && stats.link->is_known) out["link"] = describe_link(*stats.link);
  return out;
}

object describe(const control::ProducerStats& stats) {
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

object describe(const control::ConsumerStats& stats) {
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

}  // namespace confab::signaling::own
