#include "service/rest/logs/archive.h"

#include <utility>

namespace confab::logs {

Result<std::vector<logview::Stream>> Archive::streams(Instant now) {
  constexpr Duration kFresh = 100ms;
  if (now < fresh_until_) return found_.streams;
  auto files = folder_.list();
  if (!files) return std::unexpected(files.error());
  found_ = logview::streams_of(*std::move(files));
  fresh_until_ = now + kFresh;
  return found_.streams;
}

}  // namespace confab::logs
