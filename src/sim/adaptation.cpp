#include "sim/adaptation.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/world.h"

namespace confab::sim {
namespace {

constexpr Duration kFrame = std::chrono::microseconds(33'333);
constexpr Duration kAudioFrame = 20ms;

TrackOptions layered_camera() {
  TrackOptions options;
  options.is_simulcast = true;
  options.packets_by_layer = {1, 2, 6};
  options.payload_by_layer = {720, 1070, 1070};
  options.key_frame_times = 4;
  options.temporal_layers = 3;
  options.frame_interval = kFrame;
  options.packet_spacing = 500us;
  return options;
}

TrackOptions voice() {
  TrackOptions options;
  options.is_video = false;
  options.payload_bytes = 120;
  options.frame_interval = kAudioFrame;
  return options;
}

LinkProfile link_of(std::uint64_t rate_bps, Duration delay = 20ms) {
  LinkProfile link;
  link.rate_bps = rate_bps;
  link.queue_max = 300ms;
  link.delay = delay;
  return link;
}

class Watch {
 public:
  Watch(const LinkProfile& down, const AdaptationOptions& options)
      : world_({.seed = options.seed}),
        publisher_(world_.add_peer()),
        receiver_(world_.add_peer(
            {.up = {.delay = down.delay}, .down = down, .reports_packets = options.adapts})) {
    world_.run_for(500ms);
    camera_ = &publisher_.publish(layered_camera());
    voice_ = &publisher_.publish(voice());
    video_ = &receiver_.subscribe(camera_->producer);
    audio_ = &receiver_.subscribe(voice_->producer);
  }

  World& world() { return world_; }
  void set_down(const LinkProfile& down) { receiver_.set_links({.delay = down.delay}, down); }

  Seen between(Instant from, Instant end) const {
    Seen seen;
    const Decoder& decoder = video_->decoder();
    const double seconds = to_seconds(end - from);
    seen.frames_per_second = static_cast<double>(decoder.shown_between(from, end)) / seconds;
    seen.freezes = static_cast<double>(decoder.freezes(from, end, kFrame));
    seen.longest_gap_s = to_seconds(decoder.longest_gap(from, end));
    double layers = 0;
    for (const Decoder::Shown& shown : decoder.shown()) {
      if (shown.at >= from && shown.at < end) layers += layer(shown);
    }
    if (seen.frames_per_second > 0) seen.layer = layers / (seen.frames_per_second * seconds);
    const auto heard = std::ranges::count_if(audio_->steps(), [&](const auto& step) {
      return step.second.at >= from && step.second.at < end;
    });
    const double spoken = seconds / to_seconds(kAudioFrame);
    seen.audio_lost = std::max(0.0, 1 - static_cast<double>(heard) / spoken);
    return seen;
  }

  double layer_changes(Instant from) const {
    double changes = 0;
    std::optional<double> before;
    for (const Decoder::Shown& shown : video_->decoder().shown()) {
      if (shown.at < from) continue;
      if (before && layer(shown) != *before) ++changes;
      before = layer(shown);
    }
    return changes;
  }

  // Since when the highest layer is shown, at the end; -1 if it is not.
  double top_since(Instant from) const {
    Instant since = kNever;
    for (const Decoder::Shown& shown : video_->decoder().shown()) {
      if (shown.at < from) continue;
      if (layer(shown) < 2) {
        since = kNever;
      } else if (since == kNever) {
        since = shown.at;
      }
    }
    return since == kNever ? -1 : to_seconds(since - from);
  }

 private:
  double layer(const Decoder::Shown& shown) const {
    return shown.stream - camera_->publisher->streams().front().number;
  }

  World world_;
  Peer& publisher_;
  Peer& receiver_;
  Peer::Track* camera_ = nullptr;
  Peer::Track* voice_ = nullptr;
  Subscriber* video_ = nullptr;
  Subscriber* audio_ = nullptr;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Medians of three seeds: what one loss does depends on what it hits.
Seen watch_median(const LinkProfile& down) {
  std::vector<double> fps, freezes, gap, audio, layer;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Seen seen = watch(down, {.seed = seed});
    fps.push_back(seen.frames_per_second);
    freezes.push_back(seen.freezes);
    gap.push_back(seen.longest_gap_s);
    audio.push_back(seen.audio_lost);
    layer.push_back(seen.layer);
  }
  return {median(fps), median(freezes), median(gap), median(audio), median(layer)};
}

void add_capped_gates(std::vector<Gate>& gates) {
  struct Case {
    std::uint64_t kbps;
    double frames;  // at the least
    double layer;
  };
  for (const Case c : {Case{300, 25, 0}, Case{500, 25, 0}, Case{1000, 25, 0.9}}) {
    const Seen seen = watch_median(link_of(c.kbps * 1000));
    const std::string name = "behind " + std::to_string(c.kbps) + " kbit/s: ";
    gates.push_back({name + "frames/s", seen.frames_per_second, c.frames, 31});
    gates.push_back({name + "freezes in 20 s", seen.freezes, 0, 1});
    gates.push_back({name + "audio lost", seen.audio_lost, 0, 0.01});
    gates.push_back({name + "layer", seen.layer, c.layer, 2});
  }
}

void add_step_gates(std::vector<Gate>& gates) {
  std::vector<double> gap, audio, again;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Steps steps = watch_steps(link_of(3'000'000), {.seed = seed});
    gap.push_back(steps.fallen.longest_gap_s);
    audio.push_back(steps.fallen.audio_lost);
    again.push_back(steps.top_again_s < 0 ? 1e3 : steps.top_again_s);
  }
  gates.push_back({"a quarter of 3 Mbit/s: seconds without a frame", median(gap), 0, 1});
  gates.push_back({"a quarter of 3 Mbit/s: audio lost in 10 s", median(audio), 0, 0.08});
  gates.push_back({"four times again: seconds to the top layer", median(again), 0, 8});
  gates.push_back({"four times again: at the worst", *std::ranges::max_element(again), 0, 15});
}

void add_loss_gates(std::vector<Gate>& gates) {
  for (const std::uint32_t permille : {50U, 100U}) {
    LinkProfile link = link_of(4'000'000);
    link.loss_permille = permille;
    const Seen seen = watch_median(link);
    const std::string name = "loss of " + std::to_string(permille / 10) + " %: ";
    gates.push_back({name + "frames/s", seen.frames_per_second, 24, 31});
    gates.push_back({name + "freezes in 20 s", seen.freezes, 0, 8});
    gates.push_back({name + "audio lost", seen.audio_lost, 0, permille / 1000.0 * 1.3});
    gates.push_back({name + "layer", seen.layer, 1, 2});
  }
}

// No queue tells that it is full: what is too much is lost at once, and a burst that probes it gets
// through. So a step up is tried and taken back, each time after twice as long (Allotment): four
// times in the first two minutes.
void add_policer_gates(std::vector<Gate>& gates) {
  for (const std::uint64_t kbps : {500U, 1000U}) {
    LinkProfile link = link_of(0);
    link.policer_bps = kbps * 1000;
    Watch watch(link, {.seed = 1});
    watch.world().run_for(10s);
    const Instant from = watch.world().now();
    watch.world().run_for(120s);
    const Seen seen = watch.between(from, watch.world().now());
    const std::string name = "a policer of " + std::to_string(kbps) + " kbit/s: ";
    gates.push_back({name + "frames/s", seen.frames_per_second, 20, 31});
    gates.push_back({name + "audio lost", seen.audio_lost, 0, 0.02});
    gates.push_back({name + "layer changes in 120 s", watch.layer_changes(from), 0, 10});
  }
}

}  // namespace

Seen watch(const LinkProfile& down, const AdaptationOptions& options) {
  Watch watch(down, options);
  watch.world().run_for(10s);
  const Instant from = watch.world().now();
  watch.world().run_for(20s);
  return watch.between(from, watch.world().now());
}

Steps watch_steps(const LinkProfile& down, const AdaptationOptions& options) {
  Watch watch(down, options);
  watch.world().run_for(20s);
  LinkProfile quarter = down;
  quarter.rate_bps /= 4;
  watch.set_down(quarter);
  const Instant fell = watch.world().now();
  watch.world().run_for(20s);
  watch.set_down(down);
  const Instant rose = watch.world().now();
  watch.world().run_for(20s);
  return {watch.between(fell, fell + 10s), watch.top_since(rose)};
}

std::vector<Gate> run_adaptation_gates() {
  std::vector<Gate> gates;
  add_capped_gates(gates);
  add_step_gates(gates);
  add_loss_gates(gates);
  add_policer_gates(gates);
  return gates;
}

}  // namespace confab::sim
