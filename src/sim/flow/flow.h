// One sender under congestion control and its receiver, over a link that others may share: elastic
// video in frames, audio, probes, transport-wide feedback on the way back.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "cc/control/controller.h"
#include "cc/control/pacer.h"
#include "sim/link/link.h"

namespace confab::sim {

struct FlowOptions {
  cc::ControllerConfig controller;
  Duration starts_after{};
  // What video would take if it could, on the wire.
  double wanted_bps = 10'000'000;
  Duration feedback_interval = 50ms;
  LinkProfile back;
  // What went wrong before, for tests that show it:
  bool counts_headers = true;        // 40 bytes of each packet are forgotten
  bool audio_carries_number = true;  // audio takes a transport-wide number that it does not carry
  // Gets all that goes into the controller and comes out (sim/flow/trace.h).
  std::string* trace = nullptr;
};

class Flow {
 public:
  Flow(const FlowOptions& options, Link& link, std::uint64_t seed, Instant start);

  Instant next_event() const;
  void handle(Instant now);

  double target_bps() const { return update_.target_bps; }
  const cc::Update& update() const { return update_; }
  const cc::CongestionController& controller() const { return controller_; }
  std::uint64_t audio_sent() const { return audio_sent_; }
  std::uint64_t audio_received() const { return audio_received_; }
  // All that arrived, padding left out.
  std::uint64_t media_bytes_received() const { return media_bytes_received_; }
  void set_back(Instant now, const LinkProfile& profile) { back_.set_profile(now, profile); }

 private:
  struct Packet {
    std::size_t bytes = 0;  // on the wire
    cc::PacketClass kind = cc::PacketClass::kVideo;
  };
  struct Arrival {
    Instant at;
    std::int64_t seq = 0;
    Instant sent_at;
    Packet packet;
    bool operator<(const Arrival& other) const { return at > other.at; }
  };
  struct Report {
    Instant at;
    std::uint16_t base = 0;
    std::uint16_t count = 0;
    std::vector<cc::Feedback::Arrival> arrivals;
  };

  void take(const cc::Update& update);
  void make_frame(Instant now);
  void send_waiting(Instant now);
  bool send_probe(Instant now);
  void send(Instant now, Packet packet, std::uint8_t probe);
  void receive(Instant now);
  void send_feedback(Instant now);
  void take_feedback(Instant now);
  Instant next_send(Instant now) const;

  FlowOptions options_;
  Link& link_;
  Link back_;
  SeededRandom random_;
  cc::CongestionController controller_;
  cc::Pacer pacer_;
  cc::Update update_;
  std::vector<cc::ProbeCluster> probes_;
  std::size_t probe_bytes_ = 0;
  std::size_t probe_packets_ = 0;

  std::deque<Packet> waiting_;
  std::size_t waiting_bytes_ = 0;
  Instant now_;
  Instant frame_at_;
  Instant audio_at_;
  std::int64_t next_seq_ = 0;

  std::priority_queue<Arrival> arrivals_;
  std::int64_t reported_to_ = 0;
  std::vector<std::pair<std::int64_t, Instant>> received_;
  Instant feedback_at_;
  std::deque<Report> reports_;
  std::optional<Duration> rtt_;
  Duration way_{};
  Instant rtt_at_;

  std::uint64_t audio_sent_ = 0;
  std::uint64_t audio_received_ = 0;
  std::uint64_t media_bytes_received_ = 0;
};

}  // namespace confab::sim
