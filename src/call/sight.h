// A meeting as whoever looks after the server sees it, by ids: a code lets in whoever reads it, so
// it is not here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "call/types.h"

namespace confab::call {

struct MeetingSight {
  MeetingId id;
  RoomId room;
  std::string title;
  std::int64_t since_ms = 0;
  std::size_t participants = 0;
  std::size_t waiting = 0;  // in its lobby
  std::size_t producers = 0;
  std::size_t consumers = 0;
  bool has_media = false;  // else it is being opened, perhaps again
  // Where its transports are, without repeats and in order; empty while there are none.
  std::vector<ShardAddress> places;
};

// Of what somebody receives: by whom, and what it is.
struct ReceivedSight {
  ConsumerId consumer;
  ProducerId producer;
  Who from;
  Source source = Source::kCamera;
  bool paused = false;  // by its receiver
};

struct PersonSight {
  ParticipantInfo info;
  std::uint64_t order = 0;
  bool is_hidden = false;
  std::vector<TransportInfo> transports;
  std::vector<ReceivedSight> received;

  std::size_t streams() const {
    return transports.size() + info.producers.size() + received.size();
  }
};

}  // namespace confab::call
