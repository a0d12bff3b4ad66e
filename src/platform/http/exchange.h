// One request that waits for its answer: the meeting point of a connection and a Responder.
#pragma once

#include <memory>
#include <optional>

#include "platform/http/event_loop.h"
#include "platform/http/message.h"
#include "platform/http/route_counts.h"

namespace confab::http {

class Exchange {
 public:
  // `wake` is called when the answer is there.
  explicit Exchange(Task wake) : wake_(std::move(wake)) {}

  // ---- for the Responder ----
  // The first answer counts.
  void answer(Response response);
  void on_abandoned(Task task);
  // What becomes of it is counted there, and how long that took from now.
  void measure(std::shared_ptr<RouteCounts> counts);
  bool is_over() const { return is_answered_ || is_abandoned_; }

  // ---- for the connection ----
  std::optional<Response> take_answer();
  // The client is gone.
  void abandon();

 private:
  Task wake_;
  Task abandoned_;
  bool is_answered_ = false;
  bool is_abandoned_ = false;
  std::optional<Response> response_;
  std::shared_ptr<RouteCounts> counts_;  // see Route::counts
  Instant begun_{};
};

}  // namespace confab::http
