// One meeting on this shard: its transports and, through them, everything in it; who of its
// participants' clocks stands how; who speaks.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/ids.h"
#include "base/timer_wheel.h"
#include "control/media.h"
#include "sfu/consumer.h"
#include "sfu/producer.h"
#include "sfu/report_clock.h"
#include "sfu/shard_context.h"
#include "sfu/speaker_detector.h"
#include "sfu/webrtc_transport.h"

namespace confab::sfu {

class Router final : public Timed {
 public:
  Router(ShardContext& context, const MeetingId& id);
  ~Router() override;
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  const MeetingId& id() const { return id_; }

  WebRtcTransport& add_transport(Instant now, const control::CreateTransport& request);
  void remove_transport(const TransportId& id);
  Producer& add_producer(WebRtcTransport& transport, ProducerSetup setup);
  // Closes its consumers too, and tells so.
  void remove_producer(Producer& producer);
  Consumer& add_consumer(WebRtcTransport& transport, Producer& producer, ConsumerSetup setup);
  void remove_consumer(Consumer& consumer);

  // nullptr if not in this meeting.
  WebRtcTransport* find(const TransportId& id) const;
  Producer* find(const ProducerId& id) const;
  Consumer* find(const ConsumerId& id) const;

  const std::unordered_map<TransportId, std::unique_ptr<WebRtcTransport>>& transports() const {
    return transports_;
  }
  const std::unordered_map<ProducerId, Producer*>& producers() const { return producers_; }
  const std::unordered_map<ConsumerId, Consumer*>& consumers() const { return consumers_; }

  void emit(control::MediaEventBody body);
  // Somebody may have spoken: arms the timer that tells.
  void on_audio();
  void on_timer(Instant now) override;

 private:
  Participant& participant(const ParticipantId& id);
  void leave(const ParticipantId& id);

  ShardContext& context_;
  MeetingId id_;
  SpeakerDetector speakers_;
  Timer timer_;
  std::unordered_map<ParticipantId, Participant> participants_;
  std::unordered_map<TransportId, std::unique_ptr<WebRtcTransport>> transports_;
  std::unordered_map<ProducerId, Producer*> producers_;
  std::unordered_map<ConsumerId, Consumer*> consumers_;
};

}  // namespace confab::sfu
