#include "call/register.h"

#include <algorithm>
#include <utility>

namespace confab::call {

std::string seat_subject(const ParticipantId& participant) {
  return "p:" + participant.to_string();
}

std::string device_subject(std::string_view device) {
  return "d:" + std::string(device);
}

std::string identity_subject(std::string_view identity) {
  return "s:" + std::string(identity);
}

void Register::remember(RegisterEntry entry) {
  const auto known = entries_.find(entry.subject);
  if (known != entries_.end() && known->second.ban.is_set() && known->second.ban != entry.ban) {
    // One ban holds each subject; the older goes on holding the others.
    const auto before = bans_.find(known->second.ban);
    if (before != bans_.end()) std::erase(before->second.subjects, entry.subject);
  }
  if (known == entries_.end()) {
    order_.push_back(entry.subject);
    if (order_.size() > kRegisterMax) forget_oldest();
  }
  if (entry.ban.is_set()) {
    Banned& banned = bans_[entry.ban];
    banned.ban = {entry.ban, entry.name, entry.at_ms};
    if (std::ranges::find(banned.subjects, entry.subject) == banned.subjects.end()) {
      banned.subjects.push_back(entry.subject);
    }
  }
  entries_.insert_or_assign(entry.subject, std::move(entry));
}

void Register::forget_oldest() {
  const auto oldest = std::ranges::find_if(order_, [&](const std::string& subject) {
    const auto it = entries_.find(subject);
    return it != entries_.end() && !it->second.ban.is_set();
  });
  if (oldest == order_.end()) return;
  entries_.erase(*oldest);
  order_.erase(oldest);
}

const RegisterEntry* Register::find(const std::string& subject) const {
  const auto it = entries_.find(subject);
  return it == entries_.end() ? nullptr : &it->second;
}

bool Register::is_out(const std::string& subject) const {
  const RegisterEntry* entry = find(subject);
  return entry != nullptr && entry->is_out;
}

std::optional<Role> Register::role_of(const std::string& subject) const {
  const RegisterEntry* entry = find(subject);
  return entry == nullptr ? std::nullopt : entry->role;
}

std::vector<Ban> Register::newest_bans(std::size_t max) const {
  std::vector<Ban> out;
  out.reserve(bans_.size());
  for (const auto& [id, banned] : bans_) out.push_back(banned.ban);
  std::ranges::sort(out, [](const Ban& a, const Ban& b) {
    return a.at_ms != b.at_ms ? a.at_ms > b.at_ms : a.id < b.id;
  });
  if (out.size() > max) out.resize(max);
  return out;
}

bool Register::lift(BanId ban) {
  const auto node = bans_.extract(ban);
  if (node.empty()) return false;
  for (const std::string& subject : node.mapped().subjects) {
    const auto it = entries_.find(subject);
    if (it == entries_.end() || it->second.ban != ban) continue;
    entries_.erase(it);
    std::erase(order_, subject);
  }
  return true;
}

}  // namespace confab::call
