#include "control/rooms/desk.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "rtc/ortc/capabilities_hash.h"

namespace confab::rooms {

Desk::Desk(const Limits& limits, Random& random) : limits_(limits), random_(random) {}

bool Desk::poll(Output& out) {
  if (outputs_.empty()) return false;
  out = std::move(outputs_.front());
  outputs_.pop_front();
  return true;
}

Desk::Gauges Desk::gauges() const {
  return {rooms_.size(), transports_.size(), producers_.size(), consumers_.size(), calls_};
}

void Desk::handle(Instant now, CallId call, const Request& request) {
  ++counts_.calls;
  if (calls_++ >= limits_.calls_max) {
    return refuse(call, ErrorCode::kFull, "too many calls wait for their answer");
  }
  std::visit([&](const auto& r) { on(now, call, r); }, request);
  DCHECK(is_consistent());
}

// ---- rooms ----

Desk::RoomEntry* Desk::find_room(const std::string& name) {
  const auto it = names_.find(name);
  return it == names_.end() ? nullptr : &*rooms_.find(it->second);
}

void Desk::on(Instant now, CallId call, const GetCapabilities& request) {
  RoomEntry* room = find_room(request.room);
  if (room == nullptr) return open(call, request.room);
  if (!room->second.is_open) return room->second.waiting.push_back(call);
  settle(now, room->first);
  reply(call, Capabilities{room->second.capabilities});
}

void Desk::open(CallId call, const std::string& name) {
  if (is_draining_) return refuse(call, ErrorCode::kUnavailable, "this media node is leaving");
  if (rooms_.size() >= limits_.rooms_max) {
    return refuse(call, ErrorCode::kFull, "no more rooms on this media node");
  }
  const auto meeting = MeetingId::random(random_);
  names_.emplace(name, meeting);
  RoomEntry& room = *rooms_.emplace(meeting, Room{}).first;
  room.second.name = name;
  room.second.waiting.push_back(call);
  execute(room, 0, Opening{}, control::OpenMeeting{});
}

void Desk::on(Instant now, CallId call, const CleanupUser& request) {
  RoomEntry* room = find_room(request.room);
  if (room == nullptr) return reply(call, Done{});
  std::vector<ProducerId> leaving;
  for (const auto& [id, app_data] : room->second.producers) {
    if (app_data.user == request.user) leaving.push_back(id);
  }
  for (const ProducerId& id : leaving) {
    forget_producer(id);
    execute(room->first, control::CloseProducer{id});
  }
  settle(now, room->first);
  reply(call, Done{});
}

void Desk::settle(Instant now, const MeetingId& meeting) {
  const auto it = rooms_.find(meeting);
  if (it == rooms_.end()) return;
  Room& room = it->second;
  if (room.idle_until != kNever) idle_.erase({room.idle_until, meeting});
  const bool is_idle = room.transports.empty() && room.in_work == 0;
  room.idle_until = is_idle ? now + limits_.idle_timeout : kNever;
  if (is_idle) idle_.emplace(room.idle_until, meeting);
}

// ---- transports ----

void Desk::on(Instant, CallId call, const CreateTransport& request) {
  RoomEntry* room = find_room(request.room);
  if (room == nullptr) return refuse(call, ErrorCode::kNotFound, "no such room");
  if (room->second.transports.size() + room->second.creating >= limits_.room_transports_max) {
    return refuse(call, ErrorCode::kFull, "no more transports in this room");
  }
  if (transports_.size() + creating_ >= limits_.transports_max) {
    return refuse(call, ErrorCode::kFull, "no more transports on this media node");
  }
  ++room->second.creating;
  ++creating_;
  // Whose it is becomes known when something is produced on it, if ever.
  execute(*room, call, Creating{},
          control::CreateTransport{ParticipantId::random(random_), request.direction});
}

void Desk::on(Instant, CallId call, const ConnectTransport& request) {
  const auto it = transports_.find(request.transport);
  if (it == transports_.end()) return refuse(call, ErrorCode::kNotFound, "no such transport");
  if (std::exchange(it->second.is_given_peer, true)) {
    return refuse(call, ErrorCode::kConflict, "the transport was connected before");
  }
  execute(*rooms_.find(it->second.meeting), call, Connecting{request.transport},
          control::ConnectTransport{request.transport, request.dtls});
}

// ---- producers ----

void Desk::on(Instant, CallId call, const Produce& request) {
  const auto it = transports_.find(request.transport);
  if (it == transports_.end()) return refuse(call, ErrorCode::kNotFound, "no such transport");
  RoomEntry& room = *rooms_.find(it->second.meeting);
  if (!request.app_data.room.empty() && request.app_data.room != room.second.name) {
    return refuse(call, ErrorCode::kInvalidArgument,
                  "appData.roomId: the transport is in another room");
  }
  if (room.second.producers.size() + room.second.producing >= limits_.room_producers_max) {
    return refuse(call, ErrorCode::kFull, "no more producers in this room");
  }
  ++room.second.producing;
  execute(room, call, Producing{request.transport, request.app_data},
          control::Produce{request.transport, request.kind, request.rtp_parameters});
}

Desk::RoomEntry* Desk::room_of(const ProducerId& producer, const std::string& named) {
  const auto it = producers_.find(producer);
  if (it == producers_.end()) return nullptr;
  RoomEntry& room = *rooms_.find(it->second.meeting);
  return named.empty() || named == room.second.name ? &room : nullptr;
}

void Desk::on(Instant now, CallId call, const CloseProducer& request) {
  if (RoomEntry* room = room_of(request.producer, request.room)) {
    forget_producer(request.producer);
    execute(room->first, control::CloseProducer{request.producer});
    settle(now, room->first);
  }
  reply(call, Done{});
}

void Desk::on(Instant, CallId call, const SetProducerPaused& request) {
  RoomEntry* room = room_of(request.producer, request.room);
  if (room == nullptr) return refuse(call, ErrorCode::kNotFound, "no such producer");
  execute(*room, call, Doing{}, control::SetProducerPaused{request.producer, request.paused});
}

void Desk::on(Instant now, CallId call, const GetProducers& request) {
  ProducerList list;
  if (RoomEntry* room = find_room(request.room)) {
    for (const auto& [id, app_data] : room->second.producers) {
      list.producers.push_back({id, app_data.user, app_data.text});
    }
    settle(now, room->first);
  }
  reply(call, std::move(list));
}

// ---- consumers ----

void Desk::on(Instant, CallId call, const Consume& request) {
  RoomEntry* room = find_room(request.room);
  if (room == nullptr) return refuse(call, ErrorCode::kNotFound, "no such room");
  if (!room->second.transports.contains(request.transport)) {
    return refuse(call, ErrorCode::kNotFound, "no such transport in this room");
  }
  const auto producer = room->second.producers.find(request.producer);
  if (producer == room->second.producers.end()) {
    return refuse(call, ErrorCode::kNotFound, "no such producer in this room");
  }
  Transport& transport = transports_.at(request.transport);
  const auto hash = ortc::capabilities_hash(request.rtp_capabilities);
  if (transport.told != hash) {
    transport.told = hash;
    execute(*room, 0, Telling{request.transport},
            control::PutCapabilities{request.transport, hash, request.rtp_capabilities});
  }
  execute(*room, call, Consuming{request.transport, producer->second.text},
          control::Consume{request.transport, request.producer, hash, true});
}

void Desk::on(Instant, CallId call, const ResumeConsumer& request) {
  const auto it = consumers_.find(request.consumer);
  if (it == consumers_.end()) return refuse(call, ErrorCode::kNotFound, "no such consumer");
  execute(*rooms_.find(it->second.meeting), call, Doing{},
          control::SetConsumerPaused{request.consumer, false});
}

// ---- commands and replies ----

void Desk::execute(RoomEntry& room, CallId call, Work work, control::MediaRequest request) {
  Room& state = room.second;
  ++state.in_work;
  if (state.idle_until != kNever) {
    idle_.erase({state.idle_until, room.first});
    state.idle_until = kNever;
  }
  pending_.emplace(last_id_ + 1, Pending{call, room.first, std::move(work)});
  execute(room.first, std::move(request));
}

void Desk::execute(const MeetingId& meeting, control::MediaRequest request) {
  outputs_.emplace_back(Execute{++last_id_, meeting, std::move(request)});
}

void Desk::reply(CallId call, Answer answer) {
  --calls_;
  outputs_.emplace_back(Reply{call, std::move(answer)});
}

void Desk::refuse(CallId call, Error error) {
  --calls_;
  ++counts_.refused[static_cast<std::size_t>(error.code)];
  outputs_.emplace_back(Reply{call, std::unexpected(std::move(error))});
}

void Desk::refuse(CallId call, ErrorCode code, std::string_view message) {
  refuse(call, Error{code, std::string(message)});
}

// ---- time ----

Instant Desk::next_timeout() const {
  Instant next = kNever;
  if (!unconnected_.empty()) next = unconnected_.begin()->first;
  if (!idle_.empty()) next = std::min(next, idle_.begin()->first);
  return next;
}

void Desk::handle_timeout(Instant now) {
  while (!unconnected_.empty() && unconnected_.begin()->first <= now) {
    const TransportId id = unconnected_.begin()->second;
    const MeetingId meeting = transports_.at(id).meeting;
    ++counts_.transports_unconnected;
    execute(meeting, control::CloseTransport{id});
    forget_transport(id);
    settle(now, meeting);
  }
  while (!idle_.empty() && idle_.begin()->first <= now) {
    const MeetingId meeting = idle_.begin()->second;
    ++counts_.rooms_idle;
    execute(meeting, control::CloseMeeting{});
    forget_room(meeting);
  }
  DCHECK(is_consistent());
}

}  // namespace confab::rooms
