// What a room remembers of people who are, or were, in it: the role that a host gave them, and who
// is out. By seat (a participant id), by browser and by identity, since each finds somebody that
// the others do not.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "call/types.h"

namespace confab::call {

// 1,000 bans of three subjects each, and 4,096 who have a role or were removed, as many as there
// are resume tokens; 200 bytes each. The oldest without a ban is forgotten first.
inline constexpr std::size_t kBansMax = 1000;
inline constexpr std::size_t kRegisterMax = 3 * kBansMax + 4096;
inline constexpr std::size_t kBansListed = 200;

std::string seat_subject(const ParticipantId& participant);
std::string device_subject(std::string_view device);
std::string identity_subject(std::string_view identity);

class Register {
 public:
  // Takes the place of what was known of the subject.
  void remember(RegisterEntry entry);
  // Nothing for who is not known.
  const RegisterEntry* find(const std::string& subject) const;
  bool is_out(const std::string& subject) const;
  std::optional<Role> role_of(const std::string& subject) const;

  std::size_t bans() const { return bans_.size(); }
  std::vector<Ban> newest_bans(std::size_t max) const;
  // Whoever is out by it is not any more. False for no such ban.
  bool lift(BanId ban);

 private:
  struct Banned {
    Ban ban;
    std::vector<std::string> subjects;
  };

  void forget_oldest();

  std::unordered_map<std::string, RegisterEntry> entries_;
  std::deque<std::string> order_;
  std::unordered_map<BanId, Banned> bans_;
};

}  // namespace confab::call
