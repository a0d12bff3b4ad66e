// What was sent to one socket lately, so that a client that comes back can be given what it missed.
// Each event has an offset, counted up; the client tells the last one it saw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "web/socketio/server.h"

namespace confab::socketio {

class RecoveryLog {
 public:
  RecoveryLog(std::size_t events_max, std::size_t bytes_max, Duration age_max)
      : events_max_(events_max), bytes_max_(bytes_max), age_max_(age_max) {}

  // Returns the event's offset. The event is shared with the other sockets it is sent to.
  std::uint64_t add(Instant now, std::shared_ptr<const Emit> event);

  // Whether everything behind `offset` is still here; 0 is before the first.
  bool covers(std::uint64_t offset) const { return offset + 1 >= first_ && offset < next(); }
  // Forgets what the client has.
  void confirm(std::uint64_t offset);

  // The events from offset() on, each one more.
  std::uint64_t offset() const { return first_; }
  std::size_t size() const { return events_.size(); }
  const Emit& at(std::size_t i) const { return *events_[i].event; }

 private:
  struct Kept {
    Instant at;
    std::shared_ptr<const Emit> event;
  };

  std::uint64_t next() const { return first_ + events_.size(); }
  void drop_first();

  std::size_t events_max_;
  std::size_t bytes_max_;
  Duration age_max_;
  std::uint64_t first_ = 1;
  std::size_t bytes_ = 0;
  std::deque<Kept> events_;
};

// Offsets on the wire: the stock client takes any string in the last argument for one, so it has a
// form that no argument of ours has.
std::string offset_text(std::uint64_t offset);
std::optional<std::uint64_t> parse_offset(std::string_view text);

}  // namespace confab::socketio
