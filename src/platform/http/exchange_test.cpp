#include "platform/http/exchange.h"

#include <gtest/gtest.h>

#include "platform/http/server.h"

namespace confab::http {
namespace {

class HttpExchange : public testing::Test {
 protected:
  int woken_ = 0;
  int abandoned_ = 0;
  std::shared_ptr<Exchange> exchange_ = std::make_shared<Exchange>([this] { ++woken_; });
};

TEST_F(HttpExchange, TheFirstAnswerCounts) {
  Responder responder(exchange_);
  responder.send(Response::text(200, "one"));
  responder.send(Response::text(500, "two"));
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(exchange_->take_answer()->body, "one");
  EXPECT_FALSE(exchange_->take_answer());
}

TEST_F(HttpExchange, AForgottenRequestIsAnsweredWith500) {
  {
    const Responder responder(exchange_);
  }
  EXPECT_EQ(exchange_->take_answer()->status, 500u);
}

TEST_F(HttpExchange, AMovedResponderDoesNotAnswer) {
  Responder first(exchange_);
  const Responder second(std::move(first));
  EXPECT_EQ(woken_, 0);
}

TEST_F(HttpExchange, TellsOnceThatTheClientIsGone) {
  Responder responder(exchange_);
  responder.on_abandoned([this] { ++abandoned_; });
  exchange_->abandon();
  exchange_->abandon();
  EXPECT_EQ(abandoned_, 1);
  responder.send(Response::text(200, "late"));
  EXPECT_EQ(woken_, 0);
}

TEST_F(HttpExchange, AfterTheAnswerNobodyIsMissed) {
  Responder responder(exchange_);
  responder.on_abandoned([this] { ++abandoned_; });
  responder.send(Response::text(200, "in time"));
  exchange_->abandon();
  EXPECT_EQ(abandoned_, 0);
}

TEST_F(HttpExchange, AnAnswerIsCountedOnceByItsClassAndOneThatNobodyWaitsForAsGone) {
  const auto counts = std::make_shared<RouteCounts>();
  Responder responder(exchange_);
  responder.measure(counts);
  responder.send(Response::text(404, "none"));
  responder.send(Response::text(200, "too late"));
  exchange_->abandon();
  EXPECT_EQ(counts->outcomes, (std::array<std::uint64_t, 5>{0, 0, 1, 0, 0}));
  EXPECT_EQ(counts->latency.count(), 1u);

  const auto left = std::make_shared<Exchange>([] {});
  Responder late(left);
  late.measure(counts);
  left->abandon();
  late.send(Response::text(200, "nobody"));
  EXPECT_EQ(counts->outcomes, (std::array<std::uint64_t, 5>{0, 0, 1, 0, 1}));
  EXPECT_EQ(counts->latency.count(), 1u);
}

}  // namespace
}  // namespace confab::http
