// What is deleted from the database because of its age, a little at a time. Of several processes
// each deletes, and keeps the same clock. The store's thread.
#pragma once

#include <cstdint>
#include <memory>

#include "platform/store/postgres/connection.h"
#include "platform/store/retention_clock.h"
#include "platform/store/store.h"

namespace confab::store::postgres {

class PostgresRetention {
 public:
  // `connection` outlives it.
  explicit PostgresRetention(Connection& connection) : connection_(connection) {}

  void purge(Retention retention, ClockReading now, Answer<Purged> answer);
  // See RetentionClock.
  std::int64_t counts_from_ms(std::int64_t at_ms) const {
    return clock_ ? clock_->counts_from_ms(at_ms) : at_ms;
  }

 private:
  struct Round;

  void remove(const std::shared_ptr<Round>& round);

  Connection& connection_;
  std::optional<RetentionClock> clock_;  // once it was read
};

}  // namespace confab::store::postgres
