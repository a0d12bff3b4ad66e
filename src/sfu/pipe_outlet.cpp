#include "sfu/pipe_outlet.h"

#include <algorithm>

#include "sfu/producer.h"

namespace confab::sfu {

PipeOutlet::PipeOutlet(PipeTransport& pipe, const MeetingId& meeting, Producer& producer)
    : pipe_(pipe), meeting_(meeting), producer_(producer) {}

PipeOutlet::~PipeOutlet() {
  pipe_.forget(*this);
  pipe_.tell_end(meeting_, producer_.id());
}

void PipeOutlet::on_media(const MediaPacket& packet) {
  const std::uint8_t encoding = packet.source.encoding;
  if ((wanted_ & layer_bit(encoding)) == 0) return;
  // A stream that began anew counts its time from elsewhere.
  if (epochs_[encoding] != packet.source.epoch) {
    epochs_[encoding] = packet.source.epoch;
    on_state_changed();
  }
  // How things stand goes before the packets that came after it.
  if (has_news_) say();
  PipeMessage* message = pipe_.begin_media();
  if (message == nullptr) {
    gaps_ |= layer_bit(encoding);
    return;
  }
  message->meeting = meeting_;
  message->producer = producer_.id();
  message->body = PipedMedia{.facts = packet,
                             .size = static_cast<std::uint16_t>(packet.packet.size()),
                             .received_ns = packet.packet.received_ns(),
                             .is_after_gap = (gaps_ & layer_bit(encoding)) != 0};
  std::ranges::copy(packet.packet.view(), message->bytes.begin());
  pipe_.commit_media();
  gaps_ &= static_cast<LayerMask>(~layer_bit(encoding));
}

void PipeOutlet::on_state_changed() {
  has_news_ = true;
  pipe_.wait(*this);
}

bool PipeOutlet::say() {
  if (!has_news_) return true;
  PipedState state;
  state.paused = producer_.is_paused();
  state.alive = producer_.alive();
  state.rates = producer_.rates();
  state.participant_clock = producer_.participant_clock();
  for (std::uint8_t i = 0; i < producer_.layers(); ++i) {
    state.report_clocks[i] = producer_.report_clock(i);
  }
  has_news_ = !pipe_.say(meeting_, producer_.id(), state);
  return !has_news_;
}

void PipeOutlet::on_wish(Instant now, const PipeWish& wish) {
  wanted_ = wish.wanted;
  if (wish.asks_state) on_state_changed();
  for (std::uint8_t i = 0; i < producer_.layers(); ++i) {
    if ((wish.key_frames & layer_bit(i)) != 0) producer_.want_key_frame(now, i);
  }
}

}  // namespace confab::sfu
