#include "service/media/listening.h"

#include <algorithm>
#include <utility>

namespace confab::media {

Listening::Entry& Listening::entry_of(const MediaAddress& address) {
  const auto it =
      std::ranges::find(entries_, address.listen, [](const Entry& e) { return e.address.listen; });
  if (it != entries_.end()) return *it;
  return entries_.emplace_back(Entry{.address = address});
}

void Listening::note_presence(Instant now, std::span<const engine::InterfaceAddress> present) {
  for (Entry& entry : entries_) {
    const bool is_present = std::ranges::find(present, entry.address.listen,
                                              &engine::InterfaceAddress::address) != present.end();
    if (entry.is_present && !is_present) entry.gone_at = now;
    // One that comes back has another chance at once.
    if (!entry.is_present && is_present) entry.retry_at = now;
    entry.is_present = is_present;
  }
}

Listening::Steps Listening::look(Instant now, std::span<const MediaAddress> wanted,
                                 std::span<const engine::InterfaceAddress> present) {
  for (Entry& entry : entries_) entry.is_wanted = false;
  for (const MediaAddress& address : wanted) entry_of(address).is_wanted = true;
  const auto place = [&](const Entry& entry) {
    return std::ranges::find(wanted, entry.address.listen, &MediaAddress::listen) - wanted.begin();
  };
  std::ranges::sort(entries_, {}, place);
  note_presence(now, present);

  Steps steps;
  for (Entry& entry : entries_) {
    if (entry.is_wanted && entry.is_present && !entry.is_open && entry.retry_at <= now) {
      steps.open.push_back(entry.address);
    }
  }
  std::erase_if(entries_, [&](const Entry& entry) {
    const bool is_over = !entry.is_present && now - entry.gone_at >= keep_;
    if (is_over && entry.is_open) steps.close.push_back(entry.address.listen);
    return is_over;
  });
  return steps;
}

void Listening::opened(const MediaAddress& address) {
  Entry& entry = entry_of(address);
  entry.is_open = true;
  entry.retry_after = kRetryFirst;
}

bool Listening::failed(Instant now, const MediaAddress& address) {
  Entry& entry = entry_of(address);
  const bool is_first = entry.retry_after == kRetryFirst;
  entry.retry_at = now + entry.retry_after;
  entry.retry_after = std::min(2 * entry.retry_after, kRetryMax);
  return is_first;
}

std::vector<MediaAddress> Listening::announced() const {
  std::vector<MediaAddress> out;
  for (const Entry& entry : entries_) {
    if (entry.is_open && entry.is_wanted && entry.is_present) out.push_back(entry.address);
  }
  return out;
}

}  // namespace confab::media
