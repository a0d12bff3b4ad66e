#include "sim/flow/trace.h"

#include <cstdio>
#include <sstream>
#include <vector>

namespace confab::sim::trace {
namespace {

std::int64_t ns(Instant at) {
  return at.time_since_epoch().count();
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

template <typename... Parts>
void add_line(std::string& out, Parts... parts) {
  std::ostringstream line;
  ((line << parts << ' '), ...);
  std::string text = line.str();
  text.back() = '\n';
  out += text;
}

Instant read_instant(std::istream& in) {
  std::int64_t at = 0;
  in >> at;
  return Instant{} + Duration(at);
}

void replay_sent(std::istream& in, cc::CongestionController& controller, std::string& out) {
  cc::SentPacket packet;
  packet.at = read_instant(in);
  int kind = 0;
  int probe = 0;
  in >> packet.seq >> packet.bytes >> kind >> probe;
  packet.kind = static_cast<cc::PacketClass>(kind);
  packet.probe = static_cast<std::uint8_t>(probe);
  add_sent(out, packet);
  controller.on_sent(packet);
}

void replay_feedback(std::istream& in, cc::CongestionController& controller, std::string& out) {
  const Instant now = read_instant(in);
  cc::Feedback feedback;
  std::size_t count = 0;
  in >> feedback.base_seq >> feedback.status_count >> count;
  std::vector<cc::Feedback::Arrival> arrivals(count);
  for (cc::Feedback::Arrival& arrival : arrivals) {
    std::int64_t at = 0;
    in >> arrival.seq >> at;
    arrival.at = Duration(at);
  }
  feedback.arrivals = arrivals;
  add_feedback(out, now, feedback);
  add_update(out, controller.on_feedback(now, feedback));
}

void replay_line(char what, std::istream& in, cc::CongestionController& controller,
                 std::string& out) {
  if (what == 'S') return replay_sent(in, controller, out);
  if (what == 'F') return replay_feedback(in, controller, out);
  if (what == 'U') return;
  const Instant now = read_instant(in);
  if (what == 'R') {
    std::int64_t rtt = 0;
    in >> rtt;
    add_rtt(out, now, Duration(rtt));
    add_update(out, controller.on_rtt(now, Duration(rtt)));
  } else if (what == 'D') {
    cc::Demand demand;
    in >> demand.now_bps >> demand.next_step_bps >> demand.ideal_bps;
    add_demand(out, now, demand);
    add_update(out, controller.on_demand(now, demand));
  } else if (what == 'T') {
    add_timeout(out, now);
    add_update(out, controller.handle_timeout(now));
  }
}

}  // namespace

void add_sent(std::string& out, const cc::SentPacket& packet) {
  add_line(out, 'S', ns(packet.at), packet.seq, packet.bytes, static_cast<int>(packet.kind),
           static_cast<int>(packet.probe));
}

void add_feedback(std::string& out, Instant now, const cc::Feedback& feedback) {
  std::ostringstream arrivals;
  arrivals << feedback.arrivals.size();
  for (const auto& arrival : feedback.arrivals) {
    arrivals << ' ' << arrival.seq << ' ' << arrival.at.count();
  }
  add_line(out, 'F', ns(now), feedback.base_seq, feedback.status_count, arrivals.str());
}

void add_rtt(std::string& out, Instant now, Duration rtt) {
  add_line(out, 'R', ns(now), rtt.count());
}

void add_demand(std::string& out, Instant now, const cc::Demand& demand) {
  add_line(out, 'D', ns(now), number(demand.now_bps), number(demand.next_step_bps),
           number(demand.ideal_bps));
}

void add_timeout(std::string& out, Instant now) {
  add_line(out, 'T', ns(now));
}

void add_update(std::string& out, const cc::Update& update) {
  add_line(out, 'U', number(update.target_bps), to_string(update.state), to_string(update.cause),
           update.probes.size());
}

std::string replay(const std::string& recorded) {
  cc::CongestionController controller;
  std::string out;
  std::istringstream lines(recorded);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    char what = 0;
    in >> what;
    replay_line(what, in, controller, out);
  }
  return out;
}

}  // namespace confab::sim::trace
