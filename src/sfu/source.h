// A track as its Consumers know it, wherever its publisher is connected: to this shard (Producer)
// or to another (PipedProducer). Holds what both have in common, and hands packets to the
// Consumers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "rtc/codec/payload.h"
#include "rtc/ortc/types.h"
#include "sfu/media_packet.h"
#include "sfu/report_clock.h"

namespace confab::sfu {

class Consumer;

// All that one must know of a track to consume it.
struct SourceSetup {
  ProducerId id;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::ProducerType type = ortc::ProducerType::kSimple;
  // In the router's numbers; one encoding for each stream, the lowest layer first.
  ortc::RtpParameters consumable;
  bool paused = false;
};

// A set of a track's encodings: bit i is encoding i (limits::kEncodingsPerProducer).
using LayerMask = std::uint8_t;
constexpr LayerMask layer_bit(std::uint8_t encoding) {
  return static_cast<LayerMask>(1U << encoding);
}

class Source {
 public:
  explicit Source(SourceSetup setup);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const SourceSetup& description() const { return source_; }
  const ProducerId& id() const { return source_.id; }
  ortc::MediaKind kind() const { return source_.kind; }
  ortc::ProducerType type() const { return source_.type; }
  const ortc::RtpParameters& consumable() const { return source_.consumable; }
  bool is_paused() const { return source_.paused; }
  std::uint8_t layers() const {
    return static_cast<std::uint8_t>(source_.consumable.encodings.size());
  }
  // Whether packets of that encoding come at present; all of them until the first came.
  bool is_alive(std::uint8_t encoding) const { return (alive_ & layer_bit(encoding)) != 0; }
  LayerMask alive() const { return alive_; }

  void attach(Consumer& consumer) { consumers_.push_back(&consumer); }
  void detach(Consumer& consumer);
  const std::vector<Consumer*>& consumers() const { return consumers_; }

  // A consumer can not go on without a key frame of this stream.
  virtual void want_key_frame(Instant now, std::uint8_t encoding) = 0;
  // What the consumers want to be sent (Consumer::wanted_layers) may have changed.
  virtual void on_wanted_changed() = 0;
  // How the clock of one stream, and that of its publisher, stand.
  virtual const ReportClock& report_clock(std::uint8_t encoding) const = 0;
  virtual const ParticipantClock& participant_clock() const = 0;

 protected:
  ~Source() = default;  // deleted as what it is

  void forward(Instant now, const MediaPacket& packet);
  // These tell the consumers. False if it was so already.
  bool change_paused(Instant now, bool paused);
  bool change_alive(Instant now, LayerMask alive);
  // Packets of that stream are missing, and nobody will repeat them.
  void tell_gap(std::uint8_t encoding);

 private:
  SourceSetup source_;
  LayerMask alive_;  // as the consumers were told
  std::vector<Consumer*> consumers_;
};

}  // namespace confab::sfu
