// Whether rooms can be made now. Asking writes to the disk, so an answer serves everybody who asks
// within some seconds, and a disk that hangs is not asked twice. Loop thread.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "platform/http/event_loop.h"
#include "platform/store/store.h"

namespace confab::rest {

class Readiness {
 public:
  using Answer = std::move_only_function<void(bool is_ready)>;

  Readiness(http::EventLoop& loop, store::Store& store) : store_(store), late_(loop) {}

  // `answer` comes once, at once or within kPatience.
  void ask(Answer answer);

  // 28 kB are written for each: 0.5 GB a day for one who never stops asking.
  static constexpr Duration kKept = 5s;
  static constexpr Duration kPatience = 3s;

 private:
  void conclude(bool is_ready);

  store::Store& store_;
  std::optional<bool> last_;
  Instant last_at_{};
  bool is_store_asked_ = false;
  std::vector<Answer> waiting_;  // each is an open connection, and those have a limit
  http::LoopTimer late_;
};

}  // namespace confab::rest
