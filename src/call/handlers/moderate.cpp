// What one may do to the media and the hand of another: mute, ask to unmute, stop, lower. Nobody is
// unmuted by somebody else.
#include <algorithm>
#include <utility>
#include <vector>

#include "call/announce.h"
#include "call/handlers/handlers.h"
#include "call/handlers/moderation.h"
#include "call/permits.h"

namespace confab::call {

Participant* find_target(Core& core, const Origin& origin, const By& by, ParticipantId id) {
  Participant* target = by.meeting->find(id);
  if (target == nullptr) {
    core.refuse(origin, ErrorCode::kNotFound, "there is no such participant");
  }
  return target;
}

namespace {

// Of that source, those that media was asked for and has not made: what is done to the others must
// not miss them.
std::vector<Producing*> being_made(Core& core, const Participant& target, Source source) {
  std::vector<Producing*> out;
  if (target.producers_in_flight == 0) return out;
  for (auto& [id, asked] : core.media) {
    auto* making = std::get_if<Producing>(&asked.purpose);
    const bool is_theirs =
        asked.participant == target.who.id && asked.media_epoch == target.media_epoch;
    if (making != nullptr && is_theirs && making->source == source) out.push_back(making);
  }
  return out;
}

bool sends(const Participant& target, Source source) {
  return std::ranges::any_of(target.producers, [&](const auto& entry) {
    return entry.second.source == source && !entry.second.paused;
  });
}

void pause_source(Core& core, Meeting& meeting, Participant& target, Source source) {
  for (const ProducerId id : target.producer_order) {
    Producer& producer = target.producers.at(id);
    if (producer.source != source || producer.paused) continue;
    producer.paused = true;
    core.ask_media(meeting, &target, control::SetProducerPaused{id, true}, Muting{id});
    core.notify({target.connection}, ProducerPauseChanged{target.who, target.producer_info(id)});
    announce_paused(core, meeting, target, id);
  }
}

// True if something that was heard or seen is not any more.
bool mute(Core& core, const By& by, Participant& target, Source source) {
  Meeting& meeting = *by.meeting;
  if (source == Source::kMicrophone) {
    target.stays_muted = true;
    target.was_asked_to_unmute = false;
    if (refresh_permits(core, meeting, target)) tell_self(core, meeting, target);
  }
  for (Producing* making : being_made(core, target, source)) making->was_muted = true;
  if (!sends(target, source)) return false;
  // Why, before what: a page that is told of the pause first does not know that it was not its own.
  core.notify({target.connection}, Moderated{ModerationKind::kMute, source, by.who()});
  pause_source(core, meeting, target, source);
  return true;
}

bool lower(Core& core, const By& by, Participant& target) {
  if (!target.hand_since_ms) return false;
  target.hand_since_ms.reset();
  core.notify({target.connection}, Moderated{ModerationKind::kLowerHand, std::nullopt, by.who()});
  tell_self(core, *by.meeting, target);
  announce_profile(core, *by.meeting, target);
  return true;
}

}  // namespace

void on(Core& core, const Origin& origin, const By& by, MuteParticipant request) {
  Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr) return;
  mute(core, by, *target, request.source);
  core.reply(origin, Done{});
}

void on(Core& core, const Origin& origin, const By& by, MuteAll) {
  std::size_t muted = 0;
  for (const auto& [id, participant] : by.meeting->participants) {
    if (participant.get() == by.participant) continue;
    muted += mute(core, by, *participant, Source::kMicrophone) ? 1 : 0;
  }
  core.reply(origin, Counted{muted});
}

// Media could not be told: what is not to be heard is closed, which is not refused for want of
// room.
void on_answer(Core& core, MediaInFlight& asked, Muting& purpose,
               Result<control::MediaResult> result) {
  const Asker owner = still_there(core, asked);
  const bool is_there = owner && owner.participant->producers.contains(purpose.producer);
  if (result || !is_there || !owner.participant->producers.at(purpose.producer).paused) return;
  const ProducerInfo info = owner.participant->producer_info(purpose.producer);
  core.tell_media(asked.meeting, control::CloseProducer{purpose.producer});
  remove_producer(core, *owner.meeting, *owner.participant, purpose.producer);
  core.notify({owner.participant->connection}, ProducerRemoved{owner.participant->who, info});
}

void on(Core& core, const Origin& origin, const By& by, AskToUnmute request) {
  Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr) return;
  if (request.source == Source::kMicrophone) {
    target->was_asked_to_unmute = true;
    if (refresh_permits(core, *by.meeting, *target)) tell_self(core, *by.meeting, *target);
  }
  core.notify({target->connection}, UnmuteAsked{request.source, by.who()});
  core.reply(origin, Done{});
}

void on(Core& core, const Origin& origin, const By& by, StopSource request) {
  Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr) return;
  for (Producing* making : being_made(core, *target, request.source)) making->was_stopped = true;
  bool is_first = true;
  for (const ProducerId id : std::vector<ProducerId>(target->producer_order)) {
    const ProducerInfo info = target->producer_info(id);
    if (info.source != request.source) continue;
    if (std::exchange(is_first, false)) {
      core.notify({target->connection}, Moderated{ModerationKind::kStop, info.source, by.who()});
    }
    core.tell_media(by.meeting->id, control::CloseProducer{id});
    remove_producer(core, *by.meeting, *target, id);
    core.notify({target->connection}, ProducerRemoved{target->who, info});
  }
  core.reply(origin, Done{});
}

void on(Core& core, const Origin& origin, const By& by, LowerHand request) {
  Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr) return;
  lower(core, by, *target);
  core.reply(origin, Done{});
}

void on(Core& core, const Origin& origin, const By& by, LowerHands) {
  std::size_t lowered = 0;
  for (const auto& [id, participant] : by.meeting->participants) {
    lowered += lower(core, by, *participant) ? 1 : 0;
  }
  core.reply(origin, Counted{lowered});
}

}  // namespace confab::call
