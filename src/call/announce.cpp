#include "call/announce.h"

#include <algorithm>
#include <utility>

#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

TokenBucket& allowance(Core& core, const Participant& from) {
  return core.connections.at(from.connection).announcements;
}

// The first change is told now, the next ones together, once both may say something again.
void tell_or_wait(Core& core, Meeting& meeting, Participant& about) {
  if (about.states_timer != 0) {
    ++core.totals.states_merged;
    return;
  }
  Instant when = about.states_next;
  if (when <= core.now && may_announce(core, meeting, about)) {
    about.states_next = core.now + kStateInterval;
    Unsaid unsaid = std::exchange(about.unsaid, {});
    if (unsaid.connection) {
      announce(core, meeting, about, ConnectionChanged{about.who, about.is_connected});
    }
    if (unsaid.profile) announce(core, meeting, about, ParticipantUpdated{about.info()});
    for (const ProducerId producer : unsaid.paused) {
      announce(core, meeting, about,
               ProducerPauseChanged{about.who, about.producer_info(producer)});
    }
    return;
  }
  // A meeting that has said too much has many who wait: they do not all look again at each chance.
  if (when <= core.now) when = core.now + kStateInterval;
  when = std::max(
      {when, allowance(core, about).ready_at(core.now), meeting.announcements.ready_at(core.now)});
  about.states_timer = core.timers.add(when, StatesDue{meeting.code, about.who.id});
}

}  // namespace

bool may_announce(Core& core, Meeting& meeting, const Participant& from) {
  return allowance(core, from).has_some(core.now) && meeting.announcements.has_some(core.now);
}

void announce(Core& core, Meeting& meeting, const Participant& from, Notice notice) {
  if (from.grant.is_hidden) return;
  std::vector<ConnectionId> to = meeting.connections_except(&from);
  const double price = announcement_price(to.size());
  allowance(core, from).charge(price, core.now);
  meeting.announcements.charge(price, core.now);
  core.notify(std::move(to), std::move(notice));
}

void tell_books(Core& core, const Meeting& meeting, Milestone what, const Participant* about,
                LeaveReason reason, std::optional<ProducerInfo> producer) {
  Happened out{what, meeting.code, meeting.id, {}, Role::kMember, reason, producer};
  if (about != nullptr) {
    out.who = about->who;
    out.role = about->role;
  }
  core.actions.emplace_back(std::move(out));
}

void tell_books_of_end(Core& core, const Meeting& meeting, std::vector<ParticipantId> present) {
  Happened out;
  out.what = Milestone::kMeetingFinished;
  out.code = meeting.code;
  out.meeting = meeting.id;
  out.present = std::move(present);
  core.actions.emplace_back(std::move(out));
}

void announce_connection(Core& core, Meeting& meeting, Participant& about) {
  about.unsaid.connection = true;
  tell_or_wait(core, meeting, about);
}

void announce_profile(Core& core, Meeting& meeting, Participant& about) {
  about.unsaid.profile = true;
  tell_or_wait(core, meeting, about);
}

void announce_paused(Core& core, Meeting& meeting, Participant& about, ProducerId producer) {
  auto& paused = about.unsaid.paused;
  if (std::ranges::find(paused, producer) == paused.end()) paused.push_back(producer);
  tell_or_wait(core, meeting, about);
}

void on(Core& core, StatesDue timer) {
  Meeting* meeting = core.meeting(timer.code);
  Participant* about = meeting ? meeting->find(timer.participant) : nullptr;
  if (!about) return;
  about->states_timer = 0;
  if (!about->unsaid.is_empty()) tell_or_wait(core, *meeting, *about);
}

}  // namespace confab::call
