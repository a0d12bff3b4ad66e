#include "service/media/placement.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace confab::media {

std::size_t Placement::open(const MeetingId& meeting) {
  const auto [it, is_new] = meetings_.try_emplace(meeting);
  if (is_new) enter(it->second, least_loaded());
  return it->second.shards.front();
}

std::optional<std::size_t> Placement::home(const MeetingId& meeting) const {
  const auto it = meetings_.find(meeting);
  if (it == meetings_.end()) return std::nullopt;
  return it->second.shards.front();
}

std::vector<std::size_t> Placement::shards_of(const MeetingId& meeting) const {
  const auto it = meetings_.find(meeting);
  return it == meetings_.end() ? std::vector<std::size_t>{} : it->second.shards;
}

std::optional<std::size_t> Placement::seat(const MeetingId& meeting,
                                           const ParticipantId& participant) const {
  const auto it = meetings_.find(meeting);
  if (it == meetings_.end()) return std::nullopt;
  const auto found = it->second.seats.find(participant);
  return found == it->second.seats.end() ? std::nullopt : std::optional(found->second.shard);
}

bool Placement::is_on(const MeetingId& meeting, std::size_t shard) const {
  const auto it = meetings_.find(meeting);
  return it != meetings_.end() &&
         std::ranges::find(it->second.shards, shard) != it->second.shards.end();
}

void Placement::close(const MeetingId& meeting) {
  const auto it = meetings_.find(meeting);
  if (it == meetings_.end()) return;
  for (const auto& [participant, seat] : it->second.seats) load_[seat.shard] -= seat.transports;
  for (const std::size_t shard : it->second.shards) --routers_[shard];
  meetings_.erase(it);
}

std::size_t Placement::add_transport(const MeetingId& id, const ParticipantId& participant) {
  Meeting& meeting = meetings_.at(id);
  const auto [seat, is_new] = meeting.seats.try_emplace(participant);
  if (is_new) {
    const std::size_t shard = choose(meeting);
    seat->second.shard = shard;
    if (std::ranges::find(meeting.shards, shard) == meeting.shards.end()) enter(meeting, shard);
  }
  ++seat->second.transports;
  ++load_[seat->second.shard];
  return seat->second.shard;
}

void Placement::transport_made(const MeetingId& id, const ParticipantId& participant,
                               const TransportId& transport) {
  const auto it = meetings_.find(id);
  if (it != meetings_.end()) it->second.transports.emplace(transport, participant);
}

void Placement::transport_refused(const MeetingId& id, const ParticipantId& participant) {
  const auto it = meetings_.find(id);
  if (it != meetings_.end()) release(it->second, participant);
}

void Placement::transport_gone(const MeetingId& id, const TransportId& transport) {
  const auto it = meetings_.find(id);
  if (it == meetings_.end()) return;
  const auto node = it->second.transports.extract(transport);
  if (!node.empty()) release(it->second, node.mapped());
}

void Placement::release(Meeting& meeting, const ParticipantId& participant) {
  const auto seat = meeting.seats.find(participant);
  if (seat == meeting.seats.end()) return;
  --load_[seat->second.shard];
  if (--seat->second.transports == 0) meeting.seats.erase(seat);
}

void Placement::enter(Meeting& meeting, std::size_t shard) {
  meeting.shards.push_back(shard);
  ++routers_[shard];
}

std::size_t Placement::least_loaded() const {
  std::size_t least = 0;
  for (std::size_t shard = 1; shard < load_.size(); ++shard) {
    const auto rank = [this](std::size_t s) { return std::pair(!has_router(s), load_[s]); };
    if (rank(shard) < rank(least)) least = shard;
  }
  return least;
}

// A pipe costs a copy of each packet, so a difference must be worth it.
std::size_t Placement::choose(const Meeting& meeting) const {
  const std::size_t ours = *std::ranges::min_element(
      meeting.shards, {}, [this](std::size_t shard) { return load_[shard]; });
  const std::size_t least = least_loaded();
  const bool is_worth_it = load_[ours] >= load_[least] + spread_transports_;
  return is_worth_it && has_router(least) ? least : ours;
}

}  // namespace confab::media
