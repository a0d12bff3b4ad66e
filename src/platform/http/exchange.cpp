#include "platform/http/exchange.h"

#include <utility>

#include "platform/http/server.h"

namespace confab::http {

void Exchange::answer(Response response) {
  if (is_over()) return;
  is_answered_ = true;
  response_ = std::move(response);
  abandoned_ = nullptr;
  wake_();
}

void Exchange::on_abandoned(Task task) {
  if (!is_over()) abandoned_ = std::move(task);
}

std::optional<Response> Exchange::take_answer() {
  return std::exchange(response_, std::nullopt);
}

void Exchange::abandon() {
  if (is_over()) return;
  is_abandoned_ = true;
  if (Task task = std::exchange(abandoned_, nullptr)) task();
}

Responder::~Responder() {
  if (exchange_ && !exchange_->is_over()) {
    exchange_->answer(Response::error({ErrorCode::kInternal, "the request was not answered"}));
  }
}

void Responder::send(Response response) {
  exchange_->answer(std::move(response));
}

void Responder::on_abandoned(Task task) {
  exchange_->on_abandoned(std::move(task));
}

}  // namespace confab::http
