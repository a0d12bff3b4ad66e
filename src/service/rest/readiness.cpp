#include "service/rest/readiness.h"

#include <utility>

#include "platform/clock/clock.h"

namespace confab::rest {

void Readiness::ask(Answer answer) {
  if (last_ && monotonic_now() < last_at_ + kKept) return answer(*last_);
  waiting_.push_back(std::move(answer));
  late_.set(monotonic_now() + kPatience, [this] { conclude(false); });
  if (std::exchange(is_store_asked_, true)) return;
  store_.check([this](const Result<void>& checked) {
    is_store_asked_ = false;
    conclude(checked.has_value());
  });
}

void Readiness::conclude(bool is_ready) {
  late_.cancel();
  last_ = is_ready;
  last_at_ = monotonic_now();
  for (Answer& answer : std::exchange(waiting_, {})) answer(is_ready);
}

}  // namespace confab::rest
