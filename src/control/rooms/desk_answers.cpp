// What the media plane says, to the books and to who waits for it.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "control/rooms/desk.h"

namespace confab::rooms {

void Desk::completed(Instant now, control::MediaCompletion completion) {
  const auto it = pending_.find(completion.id);
  if (it == pending_.end()) return;  // of what nobody waits for
  const Pending done = std::move(pending_.extract(it).mapped());
  if (const auto room = rooms_.find(done.meeting); room != rooms_.end()) --room->second.in_work;
  std::visit([&](const auto& work) { finish(now, done, work, completion.result); }, done.work);
  settle(now, done.meeting);
  DCHECK(is_consistent());
}

void Desk::finish(Instant, const Pending& done, Opening, MediaAnswer& answer) {
  const auto it = rooms_.find(done.meeting);
  if (it == rooms_.end()) return;  // forget_room() told them
  const std::vector<CallId> waiting = std::exchange(it->second.waiting, {});
  if (!answer) {
    forget_room(done.meeting);
    for (const CallId call : waiting) refuse(call, answer.error());
    return;
  }
  it->second.is_open = true;
  it->second.capabilities = std::get<control::MeetingOpened>(*answer).router_capabilities;
  for (const CallId call : waiting) reply(call, Capabilities{it->second.capabilities});
}

void Desk::finish(Instant now, const Pending& done, Creating, MediaAnswer& answer) {
  --creating_;
  const auto room = rooms_.find(done.meeting);
  if (room != rooms_.end()) --room->second.creating;
  if (!answer) return refuse(done.call, std::move(answer.error()));
  if (room == rooms_.end()) return refuse(done.call, ErrorCode::kNotFound, "the room has ended");
  const auto& created = std::get<control::TransportCreated>(*answer);
  Transport transport;
  transport.meeting = done.meeting;
  transport.connect_until = now + limits_.connect_timeout;
  unconnected_.emplace(transport.connect_until, created.transport);
  transports_.emplace(created.transport, std::move(transport));
  room->second.transports.insert(created.transport);
  reply(done.call, created);
}

void Desk::finish(Instant now, const Pending& done, const Connecting& work, MediaAnswer& answer) {
  const auto transport = transports_.find(work.transport);
  if (!answer && transport != transports_.end()) transport->second.is_given_peer = false;
  finish(now, done, Doing{}, answer);
}

void Desk::finish(Instant, const Pending& done, const Producing& work, MediaAnswer& answer) {
  const auto room = rooms_.find(done.meeting);
  if (room != rooms_.end()) --room->second.producing;
  if (!answer) return refuse(done.call, std::move(answer.error()));
  const auto transport = transports_.find(work.transport);
  if (transport == transports_.end()) {
    return refuse(done.call, ErrorCode::kNotFound, "the transport has ended");
  }
  const auto& produced = std::get<control::Produced>(*answer);
  transport->second.producers.push_back(produced.producer);
  producers_.emplace(produced.producer, Place{done.meeting, work.transport});
  room->second.producers.emplace(produced.producer, work.app_data);
  reply(done.call, produced);
}

void Desk::finish(Instant, const Pending&, const Telling& work, MediaAnswer& answer) {
  if (answer) return;
  const auto transport = transports_.find(work.transport);
  if (transport != transports_.end()) transport->second.told = 0;
}

void Desk::finish(Instant, const Pending& done, const Consuming& work, MediaAnswer& answer) {
  if (!answer) {
    // The transport was told something else meanwhile, or what it was told did not get through.
    if (answer.error().code == ErrorCode::kConflict) {
      return refuse(done.call, ErrorCode::kUnavailable,
                    "what the receiver can decode did not arrive; try again");
    }
    return refuse(done.call, std::move(answer.error()));
  }
  const auto transport = transports_.find(work.transport);
  if (transport == transports_.end()) {
    return refuse(done.call, ErrorCode::kNotFound, "the transport has ended");
  }
  auto& consumed = std::get<control::Consumed>(*answer);
  transport->second.consumers.insert(consumed.consumer);
  consumers_.emplace(consumed.consumer, Place{done.meeting, work.transport});
  reply(done.call, ConsumerMade{std::move(consumed), work.app_data});
}

void Desk::finish(Instant, const Pending& done, Doing, MediaAnswer& answer) {
  if (!answer) return refuse(done.call, std::move(answer.error()));
  reply(done.call, Done{});
}

// ---- what it says unasked ----

void Desk::happened(Instant now, const control::MediaEvent& event) {
  if (!rooms_.contains(event.meeting)) return;  // it was closed meanwhile
  if (std::holds_alternative<control::MeetingLost>(event.body)) return forget_room(event.meeting);
  std::visit([&](const auto& body) { on(body); }, event.body);
  settle(now, event.meeting);
  DCHECK(is_consistent());
}

void Desk::on(const control::TransportStateChanged& changed) {
  const auto it = transports_.find(changed.transport);
  if (it == transports_.end()) return;
  switch (changed.state) {
    case control::TransportState::kConnected:
      unconnected_.erase({it->second.connect_until, it->first});
      it->second.connect_until = kNever;
      return;
    case control::TransportState::kFailed:
    case control::TransportState::kClosed:
      return forget_transport(changed.transport);
    case control::TransportState::kNew:
    case control::TransportState::kConnecting:
    case control::TransportState::kDisconnected:
      return;
  }
}

void Desk::on(const control::ConsumerClosed& closed) {
  forget_consumer(closed.consumer);
}

// ---- forgetting ----

void Desk::forget_consumer(const ConsumerId& id) {
  const auto consumer = consumers_.extract(id);
  if (!consumer.empty()) transports_.at(consumer.mapped().transport).consumers.erase(id);
}

// Its consumers go when the media plane says so.
void Desk::forget_producer(const ProducerId& id) {
  const Place place = producers_.extract(id).mapped();
  rooms_.at(place.meeting).producers.erase(id);
  std::erase(transports_.at(place.transport).producers, id);
}

void Desk::forget_transport(const TransportId& id) {
  const std::vector<ProducerId> producers = transports_.at(id).producers;
  for (const ProducerId& producer : producers) forget_producer(producer);
  const Transport transport = std::move(transports_.extract(id).mapped());
  for (const ConsumerId& consumer : transport.consumers) consumers_.erase(consumer);
  if (transport.connect_until != kNever) unconnected_.erase({transport.connect_until, id});
  rooms_.at(transport.meeting).transports.erase(id);
}

void Desk::forget_room(const MeetingId& meeting) {
  const std::unordered_set<TransportId> transports = rooms_.at(meeting).transports;
  for (const TransportId& id : transports) forget_transport(id);
  const Room room = std::move(rooms_.extract(meeting).mapped());
  names_.erase(room.name);
  if (room.idle_until != kNever) idle_.erase({room.idle_until, meeting});
  for (const CallId call : room.waiting) {
    refuse(call, ErrorCode::kUnavailable, "the room has ended; ask again");
  }
}

bool Desk::is_consistent() const {
  std::size_t transports = 0, producers = 0, idle = 0, creating = 0;
  for (const auto& [meeting, room] : rooms_) {
    transports += room.transports.size();
    producers += room.producers.size();
    creating += room.creating;
    const bool is_idle = room.transports.empty() && room.in_work == 0;
    idle += room.idle_until != kNever ? 1 : 0;
    if (is_idle != (room.idle_until != kNever)) return false;
    if (!names_.contains(room.name)) return false;
  }
  std::size_t consumers = 0, sending = 0, unconnected = 0;
  for (const auto& [id, transport] : transports_) {
    consumers += transport.consumers.size();
    sending += transport.producers.size();
    unconnected += transport.connect_until != kNever ? 1 : 0;
  }
  // What was asked of a room that was lost is still to be answered.
  return names_.size() == rooms_.size() && transports == transports_.size() &&
         producers == producers_.size() && sending == producers && consumers == consumers_.size() &&
         idle == idle_.size() && unconnected == unconnected_.size() && creating <= creating_;
}

}  // namespace confab::rooms
