// What one participant's doing makes the others hear, within what it and its meeting may say.
#pragma once

#include <optional>
#include <vector>

#include "call/core.h"

namespace confab::call {

// Whether both have something left. Asked before what makes an announcement is begun; what has
// happened (a goodbye, a closed producer) is told in any case.
bool may_announce(Core& core, Meeting& meeting, const Participant& from);

// To everybody else, at once.
void announce(Core& core, Meeting& meeting, const Participant& from, Notice notice);

// ---- states: only the last one matters, so changes in quick succession are told as one ----
void announce_connection(Core& core, Meeting& meeting, Participant& about);
// Name, hand or role.
void announce_profile(Core& core, Meeting& meeting, Participant& about);
void announce_paused(Core& core, Meeting& meeting, Participant& about, ProducerId producer);

// Tells whoever keeps books (Happened); `about` is null for what is the whole meeting's.
void tell_books(Core& core, const Meeting& meeting, Milestone what, const Participant* about,
                LeaveReason reason = LeaveReason::kLeft,
                std::optional<ProducerInfo> producer = std::nullopt);
// That it is over, and who was in it until then.
void tell_books_of_end(Core& core, const Meeting& meeting, std::vector<ParticipantId> present);

}  // namespace confab::call
