// Seats in meetings that are there by an account: of each it is asked again and again whether the
// session that gave it is still one. Those whom nobody has looked at for longest come first, so
// that however many there are, each has its turn.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "call/types.h"

namespace confab::signaling {

// Of who joined by an account the database is asked whether they are still signed in: 250 a second
// at the most, by which all of 7,500 sockets have their turn. Of more it takes longer.
inline constexpr Duration kAccountsEvery = 30s;
inline constexpr std::size_t kAccountsAtOnce = 500;

class AccountSeats {
 public:
  // A join came to something. One that came to nothing leaves the seat, and whose it is.
  void sit(call::ConnectionId connection, std::string identity, Instant now);
  void leave(call::ConnectionId connection) { seats_.erase(connection); }

  // Whom to ask for now; not before kAccountsEvery again.
  std::vector<call::ConnectionId> take_due(Instant now);
  // `identity`: who is signed in there by now; empty for nobody. True: no longer who came, and the
  // seat is forgotten.
  bool has_ended(call::ConnectionId connection, const std::string& identity);

 private:
  struct Seat {
    std::string identity;
    Instant due;
  };

  std::unordered_map<call::ConnectionId, Seat> seats_;
};

}  // namespace confab::signaling
