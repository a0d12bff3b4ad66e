#include "engine/counters.h"

namespace confab::engine {

std::vector<std::pair<std::string_view, std::uint64_t>> named_counters(const LoopCounters& c) {
  return {
      {"udp_datagrams_received", c.datagrams_received},
      {"udp_bytes_received", c.bytes_received},
      {"udp_receive_batches", c.receive_batches},
      {"udp_kernel_receive_drops", c.kernel_receive_drops},
      {"drop_oversize", c.drop_oversize},
      {"drop_no_buffer", c.drop_no_buffer},
      {"udp_messages_sent", c.messages_sent},
      {"udp_datagrams_sent", c.datagrams_sent},
      {"udp_bytes_sent", c.bytes_sent},
      {"udp_send_batches", c.send_batches},
      {"drop_send_would_block", c.drop_send_would_block},
      {"drop_send_error", c.drop_send_error},
      {"drop_message_too_long", c.drop_message_too_long},
      {"gso_refused", c.gso_refused},
      {"tcp_accepted", c.tcp_accepted},
      {"tcp_closed", c.tcp_closed},
      {"tcp_refused", c.tcp_refused},
      {"tcp_out_of_descriptors", c.tcp_out_of_descriptors},
      {"tcp_unproven", c.tcp_unproven},
      {"tcp_frames_received", c.tcp_frames_received},
      {"tcp_frames_sent", c.tcp_frames_sent},
      {"tcp_bytes_received", c.tcp_bytes_received},
      {"tcp_bytes_sent", c.tcp_bytes_sent},
      {"drop_tcp_broken_framing", c.drop_tcp_broken_framing},
      {"drop_tcp_queue_full", c.drop_tcp_queue_full},
      {"drop_tcp_no_connection", c.drop_tcp_no_connection},
      {"loop_iterations", c.iterations},
      {"loop_flush_yields", c.flush_yields},
  };
}

}  // namespace confab::engine
