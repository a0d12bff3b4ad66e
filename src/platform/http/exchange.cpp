#include "platform/http/exchange.h"

#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/server.h"

namespace confab::http {

void Exchange::answer(Response response) {
  if (is_over()) return;
  is_answered_ = true;
  if (counts_) counts_->answered(response.status, monotonic_now() - begun_);
  response_ = std::move(response);
  abandoned_ = nullptr;
  wake_();
}

void Exchange::on_abandoned(Task task) {
  if (!is_over()) abandoned_ = std::move(task);
}

void Exchange::measure(std::shared_ptr<RouteCounts> counts) {
  counts_ = std::move(counts);
  begun_ = monotonic_now();
}

std::optional<Response> Exchange::take_answer() {
  return std::exchange(response_, std::nullopt);
}

void Exchange::abandon() {
  if (is_over()) return;
  is_abandoned_ = true;
  if (counts_) counts_->gone();
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

void Responder::measure(std::shared_ptr<RouteCounts> counts) {
  exchange_->measure(std::move(counts));
}

void Responder::on_abandoned(Task task) {
  exchange_->on_abandoned(std::move(task));
}

}  // namespace confab::http
