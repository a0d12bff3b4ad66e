// One meeting on this shard: its transports and, through them, everything in it; who of its
// participants' clocks stands how; who speaks. Of a meeting that is on several shards, each has a
// Router: the one of its home shard hears all levels and tells who speaks.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/ids.h"
#include "base/timer_wheel.h"
#include "control/media.h"
#include "sfu/consumer.h"
#include "sfu/participant.h"
#include "sfu/piped_producer.h"
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
  // Of one who has a transport here; of anybody else it changes nothing.
  void set_permits(const ParticipantId& id, const control::Permits& permits);
  // Through a side of one of its transports.
  Producer& add_producer(PublishingSide& side, ProducerSetup setup);
  // These close its consumers too, and tell so.
  void remove_producer(Producer& producer);
  void remove_piped(PipedProducer& producer);
  // A producer of another shard.
  PipedProducer& add_piped(PipeTransport& pipe, const SourceSetup& setup);
  Consumer& add_consumer(SubscribingSide& side, Source& source, const ConsumerSetup& setup);
  void remove_consumer(Consumer& consumer);

  // nullptr if not in this meeting.
  WebRtcTransport* find(const TransportId& id) const;
  Producer* find(const ProducerId& id) const;
  PipedProducer* find_piped(const ProducerId& id) const;
  // Either of the two.
  Source* find_source(const ProducerId& id) const;
  Consumer* find(const ConsumerId& id) const;

  const std::unordered_map<TransportId, std::unique_ptr<WebRtcTransport>>& transports() const {
    return transports_;
  }
  const std::unordered_map<ProducerId, Producer*>& producers() const { return producers_; }
  const std::unordered_map<ProducerId, std::unique_ptr<PipedProducer>>& piped() const {
    return piped_;
  }
  const std::unordered_map<ConsumerId, Consumer*>& consumers() const { return consumers_; }

  void emit(control::MediaEventBody body);
  // The meeting began on another shard: `pipe` leads there.
  void set_home(PipeTransport& pipe) { home_ = &pipe; }
  // How loud a packet is: somebody may speak.
  void on_audio_level(Instant now, const ProducerId& producer, std::int8_t level_dbov);
  void on_timer(Instant now) override;

 private:
  Participant& participant(const ParticipantId& id);
  void leave(const ParticipantId& id);
  void close_consumers(const Source& source);

  ShardContext& context_;
  MeetingId id_;
  PipeTransport* home_ = nullptr;  // nullptr: it is here
  SpeakerDetector speakers_;
  Timer timer_;
  std::unordered_map<ParticipantId, Participant> participants_;
  std::unordered_map<TransportId, std::unique_ptr<WebRtcTransport>> transports_;
  std::unordered_map<ProducerId, Producer*> producers_;
  std::unordered_map<ProducerId, std::unique_ptr<PipedProducer>> piped_;
  std::unordered_map<ConsumerId, Consumer*> consumers_;
};

}  // namespace confab::sfu
