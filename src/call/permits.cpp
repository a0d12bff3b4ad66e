#include "call/permits.h"

#include <algorithm>
#include <utility>

#include "call/announce.h"

namespace confab::call {
namespace {

constexpr std::uint8_t bit(Source source) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(source));
}
constexpr std::uint8_t kScreens = bit(Source::kScreen) | bit(Source::kScreenAudio);

// A viewer sends what a token says that makes one a viewer. One whom a host made a viewer sends
// nothing, whatever their token says.
std::uint8_t sources_of(Role role, const Grant& grant) {
  if (grant.is_hidden) return 0;
  if (role != Role::kViewer) return grant.sources.value_or(control::kAllSources);
  return grant.role == Role::kViewer ? grant.sources.value_or(0) : 0;
}

bool may_speak(Role role, const Grant& grant) {
  if (grant.is_hidden) return false;
  if (role != Role::kViewer) return grant.can_publish_data.value_or(true);
  return grant.role == Role::kViewer && grant.can_publish_data.value_or(false);
}

void drop_forbidden(Core& core, Meeting& meeting, Participant& participant) {
  for (const ProducerId id : std::vector<ProducerId>(participant.producer_order)) {
    if (participant.permits.media.allows(participant.producers.at(id).source)) continue;
    const ProducerInfo info = participant.producer_info(id);
    remove_producer(core, meeting, participant, id);
    core.notify({participant.connection}, ProducerRemoved{participant.who, info});
  }
  if (participant.permits.media.can_subscribe) return;
  while (!participant.consumers.empty()) {
    const auto& [id, consumer] = *participant.consumers.begin();
    core.notify({participant.connection}, ConsumerRemoved{id, consumer.producer});
    meeting.remove_consumer(participant, ConsumerId(id));
  }
}

}  // namespace

Permits permits_of(const RoomPermissions& room, const Participant& participant) {
  const Role role = participant.role;
  const bool leads = role >= Role::kCohost;
  Permits out;
  out.media.sources = sources_of(role, participant.grant);
  if (!leads && !room.share) out.media.sources &= static_cast<std::uint8_t>(~kScreens);
  out.media.can_subscribe = participant.grant.can_subscribe;
  out.media.can_publish_data = may_speak(role, participant.grant);
  out.unmute = leads || room.unmute || participant.was_asked_to_unmute;
  out.chat = out.media.can_publish_data && (leads || room.chat);
  return out;
}

bool refresh_permits(Core& core, Meeting& meeting, Participant& participant) {
  const Permits now = permits_of(meeting.settings.permissions, participant);
  if (now == participant.permits) return false;
  const bool is_media_changed = now.media != participant.permits.media;
  participant.permits = now;
  if (is_media_changed) {
    core.tell_media(meeting.id, control::SetPermits{participant.who.id, now.media});
    drop_forbidden(core, meeting, participant);
  }
  return true;
}

void refresh_all_permits(Core& core, Meeting& meeting) {
  for (const auto& [id, participant] : meeting.participants) {
    if (refresh_permits(core, meeting, *participant)) tell_self(core, meeting, *participant);
  }
}

void tell_self(Core& core, const Meeting& meeting, const Participant& participant) {
  core.notify({participant.connection},
              SelfUpdated{participant.info(), participant.permits, meeting.lobby_for(participant)});
}

void remember_role(Core& core, Meeting& meeting, const Participant& participant) {
  std::vector<std::string> subjects{seat_subject(participant.who.id)};
  if (!participant.grant.identity.empty()) {
    subjects.push_back(identity_subject(participant.grant.identity));
  }
  for (const std::string& subject : subjects) {
    RegisterEntry entry{subject, std::nullopt, false, {}, participant.who.name, core.unix_ms};
    // Another seat of the same identity may be out: a role is no way back in.
    const RegisterEntry* known = meeting.people.find(subject);
    if (known != nullptr && known->is_out) entry = *known;
    entry.role = participant.role;
    meeting.people.remember(entry);
    core.actions.emplace_back(SavePerson{meeting.room, meeting.code, std::move(entry)});
  }
}

void set_role(Core& core, Meeting& meeting, Participant& participant, Role role) {
  if (participant.role == role) return;
  participant.role = role;
  remember_role(core, meeting, participant);
  refresh_permits(core, meeting, participant);
  tell_self(core, meeting, participant);
  announce_profile(core, meeting, participant);
  core.log.write(LogLevel::kInfo, "role_changed",
                 {{"meeting", meeting.id.to_string()},
                  {"participant", participant.who.id.to_string()},
                  {"role", role_name(role)},
                  {"trace", core.trace.trace_id()}});
}

void promote_if_leaderless(Core& core, Meeting& meeting) {
  const bool has_host = std::ranges::any_of(
      meeting.participants, [](const auto& entry) { return entry.second->role == Role::kHost; });
  if (has_host) return;
  for (const Participant* each : meeting.in_order()) {
    if (each->role != Role::kCohost) continue;
    return set_role(core, meeting, *meeting.find(each->who.id), Role::kHost);
  }
}

}  // namespace confab::call
