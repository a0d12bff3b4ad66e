#include "call/call.h"

#include <utility>

#include "base/check.h"
#include "call/core.h"
#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {

Call::Call(const Options& options, Random& random, LogSink& log)
    : core_(std::make_unique<Core>(options, random, log)) {}

Call::~Call() = default;

void Call::handle_event(Instant now, std::int64_t unix_ms, Event event) {
  DCHECK(core_->actions.empty());
  core_->now = now;
  core_->unix_ms = unix_ms;
  core_->trace = {};
  std::visit([&](auto& e) { on(*core_, std::move(e)); }, event);
  DCHECK(is_consistent());
}

void Call::handle_timeout(Instant now, std::int64_t unix_ms) {
  DCHECK(core_->actions.empty());
  core_->now = now;
  core_->unix_ms = unix_ms;
  core_->trace = {};
  while (auto timer = core_->timers.pop_due(now)) {
    std::visit([&](auto& t) { on(*core_, std::move(t)); }, *timer);
  }
  DCHECK(is_consistent());
}

Instant Call::next_timeout() const {
  return core_->timers.next();
}

bool Call::poll(Action& action) {
  if (core_->actions.empty()) return false;
  action = std::move(core_->actions.front());
  core_->actions.pop_front();
  return true;
}

void Call::set_options(const Options& options) {
  core_->options = options;
}

std::vector<RoomId> Call::rooms() const {
  std::vector<RoomId> out;
  for (const auto& [code, meeting] : core_->meetings) {
    if (!meeting->participants.empty()) out.push_back(meeting->room);
  }
  return out;
}

Counts Call::counts() const {
  Counts out;
  out.meetings = core_->meetings.size();
  out.connections = core_->connections.size();
  out.requests_in_flight = core_->media.size() + core_->saving.size();
  for (const auto& [code, meeting] : core_->meetings) {
    out.participants += meeting->participants.size();
    for (const auto& [id, participant] : meeting->participants) {
      out.transports += participant->transports.size();
      out.producers += participant->producers.size();
      out.consumers += participant->consumers.size();
    }
  }
  return out;
}

const Totals& Call::totals() const {
  return core_->totals;
}

std::size_t Call::participants_in(std::string_view code) const {
  const auto normalized = normalize_room_code(code);
  const Meeting* meeting = normalized ? core_->meeting(*normalized) : nullptr;
  return meeting ? meeting->participants.size() : 0;
}

bool Call::is_in(std::string_view code, MeetingId meeting, ParticipantId who) const {
  const auto normalized = normalize_room_code(code);
  const Meeting* now = normalized ? core_->meeting(*normalized) : nullptr;
  return now && now->id == meeting && now->participants.contains(who);
}

const RoomSettings* Call::settings_in(std::string_view code) const {
  const auto normalized = normalize_room_code(code);
  const Meeting* meeting = normalized ? core_->meeting(*normalized) : nullptr;
  return meeting && meeting->phase != MeetingPhase::kLoading ? &meeting->settings : nullptr;
}

}  // namespace confab::call
