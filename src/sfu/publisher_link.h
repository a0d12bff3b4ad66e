// What a Producer needs of the side that its publisher is connected to.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/instant.h"
#include "sfu/report_clock.h"

namespace confab::sfu {

class PublisherLink {
 public:
  // Feedback to the publisher is due at `at`.
  virtual void schedule(Instant at) = 0;
  // A packet said how loud it is (RFC 6464).
  virtual void on_audio_level(Instant now, const ProducerId& producer, std::int8_t level_dbov) = 0;
  virtual const ParticipantClock& participant_clock() const = 0;

 protected:
  ~PublisherLink() = default;
};

}  // namespace confab::sfu
