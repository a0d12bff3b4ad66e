// Which shard everybody's transports are on. A meeting begins on the shard with the fewest; it
// stays together until another shard has so many fewer (media.spread_transports) that somebody new
// goes there. All transports of a participant are on one shard. Counts exactly: each transport from
// when it is asked for until it is gone, and the meetings on each shard, of which it takes no more
// than it has routers for.
#pragma once

#include <cstddef>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"

namespace confab::media {

class Placement {
 public:
  Placement(std::size_t shards, std::size_t spread_transports, std::size_t routers_max)
      : spread_transports_(spread_transports),
        routers_max_(routers_max),
        load_(shards),
        routers_(shards) {}

  std::size_t shards() const { return load_.size(); }

  // The shard on which the meeting begins, or has begun.
  std::size_t open(const MeetingId& meeting);
  // Where it began; nothing if it is not open.
  std::optional<std::size_t> home(const MeetingId& meeting) const;
  // Every shard it is on, the home first. Empty if it is not open.
  std::vector<std::size_t> shards_of(const MeetingId& meeting) const;
  // Where the participant's transports are; nothing without any.
  std::optional<std::size_t> seat(const MeetingId& meeting, const ParticipantId& participant) const;
  bool is_on(const MeetingId& meeting, std::size_t shard) const;
  void close(const MeetingId& meeting);

  // ---- of an open meeting ----
  // Where a new transport of the participant goes; counted from here on.
  std::size_t add_transport(const MeetingId& meeting, const ParticipantId& participant);
  // It has been made...
  void transport_made(const MeetingId& meeting, const ParticipantId& participant,
                      const TransportId& transport);
  // ...or could not be.
  void transport_refused(const MeetingId& meeting, const ParticipantId& participant);
  // It is gone. Said twice, or of an unknown one, it changes nothing.
  void transport_gone(const MeetingId& meeting, const TransportId& transport);

  // Transports on that shard, of all meetings.
  std::size_t load(std::size_t shard) const { return load_[shard]; }
  // On all of them.
  std::size_t load() const { return std::accumulate(load_.begin(), load_.end(), std::size_t{0}); }

 private:
  struct Seat {
    std::size_t shard = 0;
    std::size_t transports = 0;
  };
  struct Meeting {
    std::vector<std::size_t> shards;  // in the order in which it came there
    std::unordered_map<ParticipantId, Seat> seats;
    std::unordered_map<TransportId, ParticipantId> transports;
  };

  bool has_router(std::size_t shard) const { return routers_[shard] < routers_max_; }
  // Of those that can take another meeting, if there are any.
  std::size_t least_loaded() const;
  void enter(Meeting& meeting, std::size_t shard);
  std::size_t choose(const Meeting& meeting) const;
  void release(Meeting& meeting, const ParticipantId& participant);

  std::size_t spread_transports_;
  std::size_t routers_max_;
  std::vector<std::size_t> load_;
  std::vector<std::size_t> routers_;  // meetings on each shard
  std::unordered_map<MeetingId, Meeting> meetings_;
};

}  // namespace confab::media
