#include "service/signaling/account_seats.h"

#include <algorithm>
#include <utility>

namespace confab::signaling {

void AccountSeats::sit(call::ConnectionId connection, std::string identity, Instant now) {
  seats_.insert_or_assign(connection, Seat{std::move(identity), now + kAccountsEvery});
}

std::vector<call::ConnectionId> AccountSeats::take_due(Instant now) {
  std::vector<std::pair<Instant, call::ConnectionId>> due;
  for (const auto& [connection, seat] : seats_) {
    if (seat.due <= now) due.emplace_back(seat.due, connection);
  }
  const std::size_t count = std::min(due.size(), kAccountsAtOnce);
  std::ranges::partial_sort(due, due.begin() + static_cast<std::ptrdiff_t>(count), {},
                            [](const auto& each) { return each.first; });
  due.resize(count);
  std::vector<call::ConnectionId> out;
  out.reserve(count);
  for (const auto& [since, connection] : due) {
    seats_.at(connection).due = now + kAccountsEvery;
    out.push_back(connection);
  }
  return out;
}

bool AccountSeats::has_ended(call::ConnectionId connection, const std::string& identity) {
  const auto at = seats_.find(connection);
  if (at == seats_.end() || at->second.identity == identity) return false;
  seats_.erase(at);
  return true;
}

}  // namespace confab::signaling
