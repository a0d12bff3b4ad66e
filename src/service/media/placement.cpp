#include "service/media/placement.h"

#include <algorithm>

#include "base/check.h"

namespace confab::media {

std::size_t Placement::open(const MeetingId& meeting) {
  const auto [it, is_new] = meetings_.try_emplace(meeting);
  if (is_new) it->second.shards.push_back(least_loaded());
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

bool Placement::is_on(const MeetingId& meeting, std::size_t shard) const {
  const auto it = meetings_.find(meeting);
  return it != meetings_.end() &&
         std::ranges::find(it->second.shards, shard) != it->second.shards.end();
}

void Placement::close(const MeetingId& meeting) {
  const auto it = meetings_.find(meeting);
  if (it == meetings_.end()) return;
  for (const auto& [participant, seat] : it->second.seats) load_[seat.shard] -= seat.transports;
  meetings_.erase(it);
}

std::size_t Placement::add_transport(const MeetingId& id, const ParticipantId& participant) {
  Meeting& meeting = meetings_.at(id);
  const auto [seat, is_new] = meeting.seats.try_emplace(participant);
  if (is_new) {
    const std::size_t shard = choose(meeting);
    seat->second.shard = shard;
    if (std::ranges::find(meeting.shards, shard) == meeting.shards.end()) {
      meeting.shards.push_back(shard);
    }
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

std::size_t Placement::least_loaded() const {
  return static_cast<std::size_t>(std::ranges::min_element(load_) - load_.begin());
}

// A pipe costs a copy of each packet, so a difference must be worth it.
std::size_t Placement::choose(const Meeting& meeting) const {
  const std::size_t ours = *std::ranges::min_element(
      meeting.shards, {}, [this](std::size_t shard) { return load_[shard]; });
  const std::size_t least = least_loaded();
  return load_[ours] >= load_[least] + spread_transports_ ? least : ours;
}

}  // namespace confab::media
