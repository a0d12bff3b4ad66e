#include "sfu/router.h"

#include <vector>

#include "base/check.h"

namespace confab::sfu {

Router::Router(ShardContext& context, const MeetingId& id)
    : context_(context),
      id_(id),
      speakers_(context.config.timing.speakers_interval),
      timer_(static_cast<Timed*>(this)) {}

Router::~Router() {
  // Consumers first: each detaches from its producer.
  for (const auto& [id, transport] : transports_) {
    if (SubscribingSide* side = transport->subscribing()) side->clear();
  }
}

WebRtcTransport& Router::add_transport(Instant now, const control::CreateTransport& request) {
  const auto id = TransportId::random_at(context_.config.place, context_.random);
  Participant& owner = participant(request.participant);
  ++owner.transports;
  owner.permits = request.permits;
  auto transport = std::make_unique<WebRtcTransport>(
      context_, *this, owner,
      TransportSetup{id, request.participant, request.direction, context_.trace});
  WebRtcTransport& added = *transport;
  transports_.emplace(id, std::move(transport));
  added.schedule(now);
  return added;
}

void Router::remove_transport(const TransportId& id) {
  const auto it = transports_.find(id);
  CHECK(it != transports_.end());
  WebRtcTransport& transport = *it->second;
  if (PublishingSide* side = transport.publishing()) {
    for (const auto& producer : side->producers()) {
      if (producer) remove_producer(*producer);
    }
  }
  if (SubscribingSide* side = transport.subscribing()) {
    std::vector<Consumer*> consumers;
    for (const auto& [consumer_id, consumer] : side->consumers()) {
      consumers.push_back(consumer.get());
    }
    for (Consumer* consumer : consumers) remove_consumer(*consumer);
  }
  const ParticipantId owner = transport.setup().participant;
  transports_.erase(it);
  leave(owner);
}

void Router::set_permits(const ParticipantId& id, const control::Permits& permits) {
  const auto it = participants_.find(id);
  if (it != participants_.end()) it->second.permits = permits;
}

Producer& Router::add_producer(PublishingSide& side, ProducerSetup setup) {
  Producer& producer = side.add(std::move(setup));
  producers_.emplace(producer.id(), &producer);
  return producer;
}

void Router::remove_producer(Producer& producer) {
  close_consumers(producer);
  speakers_.remove(producer.id());
  producers_.erase(producer.id());
  find(producer.transport())->publishing()->remove(producer);
}

PipedProducer& Router::add_piped(PipeTransport& pipe, const SourceSetup& setup) {
  auto added = std::make_unique<PipedProducer>(context_, pipe, id_, setup);
  return *piped_.emplace(setup.id, std::move(added)).first->second;
}

void Router::remove_piped(PipedProducer& producer) {
  close_consumers(producer);
  piped_.erase(ProducerId(producer.id()));
}

void Router::close_consumers(const Source& source) {
  const std::vector<Consumer*> consumers = source.consumers();
  for (Consumer* consumer : consumers) {
    emit(control::ConsumerClosed{consumer->id(), consumer->transport()});
    remove_consumer(*consumer);
  }
}

Consumer& Router::add_consumer(SubscribingSide& side, Source& source, const ConsumerSetup& setup) {
  Consumer& consumer = side.add(source, setup);
  consumers_.emplace(consumer.id(), &consumer);
  return consumer;
}

void Router::remove_consumer(Consumer& consumer) {
  consumers_.erase(consumer.id());
  find(consumer.transport())->subscribing()->remove(consumer);
}

WebRtcTransport* Router::find(const TransportId& id) const {
  const auto it = transports_.find(id);
  return it == transports_.end() ? nullptr : it->second.get();
}

Producer* Router::find(const ProducerId& id) const {
  const auto it = producers_.find(id);
  return it == producers_.end() ? nullptr : it->second;
}

PipedProducer* Router::find_piped(const ProducerId& id) const {
  const auto it = piped_.find(id);
  return it == piped_.end() ? nullptr : it->second.get();
}

Source* Router::find_source(const ProducerId& id) const {
  if (Producer* producer = find(id)) return producer;
  return find_piped(id);
}

Consumer* Router::find(const ConsumerId& id) const {
  const auto it = consumers_.find(id);
  return it == consumers_.end() ? nullptr : it->second;
}

void Router::emit(control::MediaEventBody body) {
  context_.events.push_back({id_, std::move(body)});
}

void Router::on_audio_level(Instant now, const ProducerId& producer, std::int8_t level_dbov) {
  if (home_ != nullptr) return home_->send_level(id_, producer, level_dbov);
  speakers_.on_level(now, producer, level_dbov);
  if (!timer_.is_set()) context_.timers.set(timer_, speakers_.next_timeout());
}

void Router::on_timer(Instant now) {
  control::ActiveSpeakers speakers;
  if (speakers_.poll(now, speakers)) emit(std::move(speakers));
  context_.timers.set(timer_, speakers_.next_timeout());
}

Participant& Router::participant(const ParticipantId& id) {
  return participants_[id];
}

void Router::leave(const ParticipantId& id) {
  const auto it = participants_.find(id);
  if (--it->second.transports == 0) participants_.erase(it);
}

}  // namespace confab::sfu
