// The connections of one process to a PostgreSQL server, each a pipeline of its own (connection.h).
// The first is for upkeep and checks, which may take long; the others are for rooms. A room always
// has the same one, so that what is asked about it is carried out in the order it was asked; what
// is asked about others does not wait for it.
//
// One thread: poll the descriptors, then turn().
#pragma once

#include <poll.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/log.h"
#include "platform/store/postgres/connection.h"

namespace confab::store::postgres {

class Pool {
 public:
  using Lane = std::size_t;

  // `size` connections, 1 or more; one alone is for everything. `on_ready` is called, from a turn,
  // each time that a lane can be used again.
  Pool(const ConnectionOptions& options, std::size_t size, LogSink& log,
       const std::function<void(Lane)>& on_ready);

  Connection& upkeep() { return *connections_.front(); }
  Connection& of_room(std::string_view code) { return *connections_[lane_of(code)]; }
  Lane lane_of(std::string_view code) const;

  // One of them has not been ready yet, nor failed: worth waiting for.
  bool is_opening() const;
  bool is_idle() const;

  // ---- for who waits ----
  std::size_t size() const { return connections_.size(); }
  Instant next_timeout() const;
  // Fills in what to wait for, one for each connection; poll(2) passes over those without a
  // descriptor. `polled.size() == size()`.
  void ask(std::span<pollfd> polled) const;
  // What poll(2) said of them, or that it is time.
  void turn(Instant now, std::span<const pollfd> polled);

 private:
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace confab::store::postgres
