#include "sfu/piped_producer.h"

#include <algorithm>

#include "base/check.h"
#include "sfu/consumer.h"

namespace confab::sfu {

PipedProducer::PipedProducer(ShardContext& context, PipeTransport& pipe, const MeetingId& meeting,
                             SourceSetup setup)
    : Source(std::move(setup), context.config.timing.history),
      context_(context),
      pipe_(pipe),
      meeting_(meeting),
      report_clocks_(layers(), ReportClock(consumable().codecs.front().clock_rate)) {
  asked_at_.fill(kNever);
  pipe_.wait(*this);
}

PipedProducer::~PipedProducer() {
  pipe_.forget(*this);
}

void PipedProducer::on_media(Instant now, const PipedMedia& media, ByteView bytes) {
  const std::uint8_t encoding = media.facts.source.encoding;
  DCHECK(encoding < layers());
  if (media.is_after_gap) tell_gap(encoding);
  if (is_paused()) return context_.counters.drop(Drop::kProducerPaused);
  PacketRef packet = context_.pool.acquire(bytes.size());
  if (!packet) {
    tell_gap(encoding);
    return context_.counters.drop(Drop::kPoolExhausted);
  }
  std::ranges::copy(bytes, packet.capacity().begin());
  packet.resize(bytes.size());
  packet.set_received_ns(media.received_ns);
  ++context_.counters.pipe_packets_in;
  if (media.facts.info.is_key_frame_start && media.facts.is_newest) asked_at_[encoding] = kNever;
  forward(now, MediaPacket(media.facts, packet));
}

void PipedProducer::on_state(Instant now, const PipedState& state) {
  participant_clock_ = state.participant_clock;
  for (std::uint8_t i = 0; i < layers(); ++i) {
    if (state.report_clocks[i]) report_clocks_[i] = *state.report_clocks[i];
  }
  change_rates(state.rates);
  change_paused(now, state.paused);
  change_alive(now, state.alive);
}

// The publisher's shard has the timer that asks again until the key frame comes. This one only has
// to see to it that a wish gets there, and not from each of many consumers with each packet.
void PipedProducer::want_key_frame(Instant now, std::uint8_t encoding) {
  if (is_paused()) return;
  Instant& asked_at = asked_at_[encoding];
  if (asked_at != kNever && now - asked_at < context_.config.timing.key_frame_interval) return;
  asked_at = now;
  key_frames_ |= layer_bit(encoding);
  pipe_.wait(*this);
}

bool PipedProducer::say() {
  LayerMask wanted = 0;
  for (const Consumer* consumer : consumers()) wanted |= consumer->wanted_layers();
  if (wanted == told_wanted_ && key_frames_ == 0 && !is_new_) return true;
  if (!pipe_.say(meeting_, id(), PipeWish{wanted, key_frames_, is_new_})) return false;
  told_wanted_ = wanted;
  key_frames_ = 0;
  is_new_ = false;
  return true;
}

}  // namespace confab::sfu
