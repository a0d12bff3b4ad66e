#include "platform/discovery/consul/registrar.h"

#include <gtest/gtest.h>

namespace confab::discovery::consul {
namespace {

struct RegistrarTest : testing::Test {
  // What it asks next, with the time moved to where it is due.
  std::string ask() {
    now_ = std::max(now_, registrar_.next_timeout());
    const auto put = registrar_.ask(now_);
    return put ? put->path : "nothing";
  }
  std::string answered(unsigned status) {
    registrar_.handle_answer(now_, status);
    return ask();
  }

  const std::string register_ = "/v1/agent/service/register?replace-existing-checks=true";
  const std::string beat_ = "/v1/agent/check/pass/alive:s-3-5000";
  Registrar registrar_{{.self = {.service = "s", .node = 3, .port = 5000}}};
  Instant now_{1h};
};

TEST_F(RegistrarTest, registers_and_then_beats_every_three_seconds) {
  EXPECT_EQ(ask(), register_);
  EXPECT_EQ(registrar_.next_timeout(), kNever);
  const Instant registered = now_;
  EXPECT_EQ(answered(200), beat_);
  EXPECT_EQ(now_ - registered, 3s);
  EXPECT_EQ(answered(200), beat_);
  EXPECT_EQ(now_ - registered, 6s);
  EXPECT_EQ(registrar_.registrations(), 1u);
}

TEST_F(RegistrarTest, registers_again_at_once_with_an_agent_that_has_forgotten_it) {
  for (const unsigned unknown : {500u, 404u}) {
    ask();
    answered(200);
    const Instant told = now_;
    EXPECT_EQ(answered(unknown), register_);
    EXPECT_EQ(now_, told);
    registrar_.handle_answer(now_, 200);
  }
}

TEST_F(RegistrarTest, an_agent_that_is_away_is_asked_the_same_after_pauses) {
  EXPECT_EQ(ask(), register_);
  EXPECT_EQ(answered(0), register_);
  EXPECT_EQ(answered(0), register_);
  EXPECT_EQ(now_, Instant{1h} + 300ms);
  answered(200);
  const Instant before = now_;
  EXPECT_EQ(answered(0), beat_) << "it may have been the network";
  EXPECT_EQ(now_ - before, 100ms);
}

TEST_F(RegistrarTest, an_agent_that_refuses_is_not_asked_without_end) {
  ask();
  answered(403);
  EXPECT_EQ(now_, Instant{1h} + 100ms);
  EXPECT_EQ(registrar_.state(), Registrar::State::kAbsent);
}

TEST_F(RegistrarTest, draining_is_said_at_once_and_again_after_it_was_forgotten) {
  const std::string maintenance =
      "/v1/agent/service/maintenance/s-3-5000?enable=true&reason=draining";
  ask();
  registrar_.handle_answer(now_, 200);
  registrar_.drain(now_);
  EXPECT_EQ(ask(), maintenance);
  EXPECT_EQ(now_, Instant{1h});
  EXPECT_EQ(answered(200), beat_);
  EXPECT_EQ(answered(500), register_);
  EXPECT_EQ(answered(200), maintenance);
}

TEST_F(RegistrarTest, an_agent_that_refuses_maintenance_is_asked_after_pauses_that_grow) {
  const std::string maintenance =
      "/v1/agent/service/maintenance/s-3-5000?enable=true&reason=draining";
  ask();
  registrar_.handle_answer(now_, 200);
  registrar_.drain(now_);
  EXPECT_EQ(ask(), maintenance);
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 7; ++i) {
    const Instant refused = now_;
    EXPECT_EQ(answered(500), register_);
    pauses.push_back(to_ms(now_ - refused));
    EXPECT_EQ(answered(200), maintenance);
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{100, 200, 400, 800, 1600, 2000, 2000}));
}

TEST_F(RegistrarTest, leaving_is_tried_once) {
  ask();
  registrar_.handle_answer(now_, 200);
  registrar_.leave(now_);
  EXPECT_EQ(ask(), "/v1/agent/service/deregister/s-3-5000");
  EXPECT_EQ(answered(0), "nothing");
  EXPECT_EQ(registrar_.state(), Registrar::State::kGone);
  EXPECT_EQ(registrar_.next_timeout(), kNever);
}

TEST_F(RegistrarTest, leaving_waits_for_what_was_asked_before) {
  EXPECT_EQ(ask(), register_);
  registrar_.leave(now_);
  EXPECT_EQ(registrar_.ask(now_), std::nullopt);
  EXPECT_EQ(answered(200), "/v1/agent/service/deregister/s-3-5000");
  EXPECT_EQ(now_, Instant{1h});
}

}  // namespace
}  // namespace confab::discovery::consul
