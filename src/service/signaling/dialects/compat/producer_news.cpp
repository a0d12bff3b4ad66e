#include "service/signaling/dialects/compat/producer_news.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace confab::signaling::compat {

bool ProducerNews::keep(Instant now, const call::Notice& notice) {
  if (is_open_) return false;
  if (std::holds_alternative<call::ProducerAdded>(notice)) {
    if (due_ == kNever) due_ = now + kAsksWithin;
  } else if (const auto* paused = std::get_if<call::ProducerPauseChanged>(&notice)) {
    if (!is_waiting(paused->producer.id)) return false;
  } else if (const auto* removed = std::get_if<call::ProducerRemoved>(&notice)) {
    if (!is_waiting(removed->producer.id)) return false;
  } else {
    return false;
  }
  waiting_.push_back(notice);
  if (waiting_.size() > kWaitingMax) due_ = now;
  return true;
}

std::vector<call::Notice> ProducerNews::on_asked() {
  std::vector<call::Notice> rest = release();
  std::erase_if(rest, [](const call::Notice& notice) {
    return std::holds_alternative<call::ProducerAdded>(notice);
  });
  return rest;
}

std::vector<call::Notice> ProducerNews::release() {
  is_open_ = true;
  due_ = kNever;
  return std::exchange(waiting_, {});
}

bool ProducerNews::is_waiting(const ProducerId& id) const {
  return std::ranges::any_of(waiting_, [&](const call::Notice& notice) {
    const auto* added = std::get_if<call::ProducerAdded>(&notice);
    return added != nullptr && added->producer.id == id;
  });
}

}  // namespace confab::signaling::compat
