// Who was in which meeting, as it is written to the store. Loop thread only.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "call/actions.h"
#include "platform/metrics/exposition.h"
#include "platform/store/room_archive.h"
#include "platform/store/store.h"

namespace confab::signaling {

class Attendance {
 public:
  // The archive outlives it.
  explicit Attendance(store::RoomArchive& archive) : archive_(archive) {}

  void hear(const call::Happened& happened);
  void expose(metrics::Exposition& out) const;

 private:
  // A call goes on whatever becomes of its books.
  store::Answer<void> count_lost();

  store::RoomArchive& archive_;
  std::uint64_t lost_ = 0;
};

}  // namespace confab::signaling
