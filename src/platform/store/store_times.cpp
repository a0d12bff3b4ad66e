#include "platform/store/store_times.h"

#include <algorithm>

namespace confab::store {
namespace {

std::size_t result_of(std::optional<ErrorCode> error) {
  if (!error) return 0;
  if (*error == ErrorCode::kConflict) return 1;
  return *error == ErrorCode::kFull ? 2 : 3;
}

}  // namespace

StoreTimes::StoreTimes() {
  for (std::size_t i = 0; i < kOperations.size(); ++i) all_[i].operation = kOperations[i];
}

void StoreTimes::add(std::string_view operation, std::optional<ErrorCode> error, Duration took) {
  const auto known = std::ranges::find(kOperations, operation);
  const auto at = std::min<std::ptrdiff_t>(known - kOperations.begin(), kOperations.size() - 1);
  const std::lock_guard lock(mutex_);
  OperationTimes& times = all_[static_cast<std::size_t>(at)];
  ++times.results[result_of(error)];
  times.latency.add(took);
}

StoreTimes::All StoreTimes::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

}  // namespace confab::store
