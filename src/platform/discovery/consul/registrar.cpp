#include "platform/discovery/consul/registrar.h"

#include <utility>

#include "platform/discovery/consul/answers.h"

namespace confab::discovery::consul {
namespace {

Registration with_id(Registration registration) {
  registration.self.id = instance_id(registration.self);
  return registration;
}

}  // namespace

Registrar::Registrar(Registration registration) : registration_(with_id(std::move(registration))) {}

void Registrar::drain(Instant now) {
  is_draining_ = true;
  if (state_ == State::kPresent) next_ = now;
}

void Registrar::leave(Instant now) {
  if (state_ == State::kGone) return;
  state_ = State::kLeaving;
  next_ = now;
}

std::optional<Registrar::Question> Registrar::due(Instant now) const {
  if (asked_ || now < next_timeout()) return std::nullopt;
  switch (state_) {
    case State::kAbsent:
      return Question::kRegister;
    case State::kPresent:
      return is_draining_ && !is_in_maintenance_ ? Question::kMaintenance : Question::kBeat;
    case State::kLeaving:
      return Question::kDeregister;
    case State::kGone:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Registrar::Put> Registrar::ask(Instant now) {
  const auto question = due(now);
  if (!question) return std::nullopt;
  asked_ = question;
  const std::string& id = registration_.self.id;
  switch (*question) {
    case Question::kRegister:
      return Put{"/v1/agent/service/register?replace-existing-checks=true",
                 registration_json(registration_)};
    case Question::kBeat:
      return Put{"/v1/agent/check/pass/" + ttl_check_id(registration_.self), {}};
    case Question::kMaintenance:
      return Put{"/v1/agent/service/maintenance/" + id + "?enable=true&reason=draining", {}};
    case Question::kDeregister:
      return Put{"/v1/agent/service/deregister/" + id, {}};
  }
  return std::nullopt;
}

void Registrar::handle_answer(Instant now, unsigned status) {
  const auto asked = std::exchange(asked_, std::nullopt);
  if (!asked) return;
  const bool is_done = status == 200;
  if (asked == Question::kDeregister) {
    // The agent forgets it by itself when the beats have stopped.
    state_ = State::kGone;
    return;
  }
  if (state_ == State::kLeaving) return;  // leave() was called meanwhile: next_ is set
  next_ = now + (is_done ? kBeat : backoff_.next());
  // Of an agent that registers and refuses maintenance, the second is what counts.
  const bool is_to_drain = asked == Question::kRegister && is_draining_;
  if (is_done && !is_to_drain) backoff_.reset();
  if (asked == Question::kRegister && is_done) {
    ++registrations_;
    state_ = State::kPresent;
    is_in_maintenance_ = false;
    if (is_to_drain) next_ = now;
  } else if (asked == Question::kMaintenance && is_done) {
    is_in_maintenance_ = true;
  } else if (asked != Question::kRegister && !is_done && status != 0) {
    // Consul 1.8 answers 500 for an id that it does not know, later ones 404.
    state_ = State::kAbsent;
    if (asked == Question::kBeat) next_ = now;
  }
}

Instant Registrar::next_timeout() const {
  return asked_ || state_ == State::kGone ? kNever : next_;
}

}  // namespace confab::discovery::consul
