// A track as its Consumers know it, wherever its publisher is connected: to this shard (Producer)
// or to another (PipedProducer). Holds what both have in common, and hands packets to the
// Consumers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "control/shard.h"
#include "rtc/codec/payload.h"
#include "sfu/layers.h"
#include "sfu/media_packet.h"
#include "sfu/packet_log.h"
#include "sfu/report_clock.h"

namespace confab::sfu {

class Consumer;

using control::SourceSetup;

class Source {
 public:
  // `keep_max`: for how long its packets are held at the most, however far the receivers are.
  Source(SourceSetup setup, Duration keep_max);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const SourceSetup& description() const { return source_; }
  const ProducerId& id() const { return source_.id; }
  ortc::MediaKind kind() const { return source_.kind; }
  ortc::ProducerType type() const { return source_.type; }
  const ortc::RtpParameters& consumable() const { return source_.consumable; }
  bool is_paused() const { return source_.paused; }
  std::optional<control::TrackSource> shows() const { return source_.shows; }
  bool is_screen() const { return source_.shows == control::TrackSource::kScreen; }
  std::uint8_t layers() const {
    return static_cast<std::uint8_t>(source_.consumable.encodings.size());
  }
  // Whether packets of that encoding come at present; all of them until the first came.
  bool is_alive(std::uint8_t encoding) const { return (alive_ & layer_bit(encoding)) != 0; }
  LayerMask alive() const { return alive_; }
  // What the layers of simulcast take, as was last looked; all 0 before, and of a single stream.
  const LayerBps& rates() const { return rates_; }

  void attach(Consumer& consumer);
  void detach(Consumer& consumer);
  const std::vector<Consumer*>& consumers() const { return consumers_; }

  // ---- packets that consumers may have to repeat ----
  // It goes to a consumer that repeats. Told of by several, it is held once.
  void hold(Instant now, const MediaPacket& packet) {
    logs_[packet.source.encoding].add(now, packet);
  }
  // nullptr if it is not held (any more).
  const PacketLog::Entry* find_held(Instant now, const SourceId& source, std::int64_t seq) {
    return logs_[source.encoding].find(now, source.epoch, seq);
  }
  // How far apart two packets may be, in the numbers of a receiver that went through all encodings,
  // that are both held; a power of two.
  std::size_t held_span_max() const;
  // There is a consumer whose receiver may ask for this long.
  void hold_for(Duration window);
  // Lets go of packets that nobody can ask for any more. Called now and then, by each receiver.
  void expire_held(Instant now);

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
  // False if they are about the same as before.
  bool change_rates(const LayerBps& rates);
  // Packets of that stream are missing, and nobody will repeat them.
  void tell_gap(std::uint8_t encoding);

 private:
  SourceSetup source_;
  LayerMask alive_;  // as the consumers were told
  LayerBps rates_{};
  std::vector<Consumer*> consumers_;
  std::vector<PacketLog> logs_;  // one for each encoding
  Duration held_for_;            // as long as the farthest receiver needs
  Instant held_expired_at_{};
};

}  // namespace confab::sfu
