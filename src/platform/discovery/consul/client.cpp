#include "platform/discovery/consul/client.h"

#include <algorithm>
#include <utility>

#include "platform/discovery/consul/answers.h"

namespace confab::discovery::consul {

void Client::watch_service(std::string name) {
  const std::string path = "/v1/health/service/" + name;
  services_.push_back({std::move(name), Watch(path), {}});
}

void Client::watch_values(std::string prefix) {
  const std::string path = "/v1/kv/" + prefix + "?recurse";
  values_.push_back({std::move(prefix), Watch(path), {}});
}

void Client::announce(Registration registration) {
  if (!registrar_) registrar_.emplace(std::move(registration));
}

void Client::drain(Instant now) {
  if (registrar_) registrar_->drain(now);
}

void Client::leave(Instant now) {
  if (!registrar_ || registrar_->state() == Registrar::State::kGone) {
    out_.emplace_back(Left{});
    return;
  }
  registrar_->leave(now);
}

void Client::ask(Asker asker, std::size_t index, bool is_put, std::string path, std::string body,
                 Duration patience) {
  const QuestionId id{++last_question_};
  asked_[id] = {asker, index};
  ++counts_.asked;
  out_.emplace_back(Question{id, is_put, std::move(path), std::move(body), patience});
}

void Client::handle_timeout(Instant now) {
  for (std::size_t i = 0; i < services_.size(); ++i) {
    ServiceWatch& service = services_[i];
    if (service.view.handle_timeout(now)) {
      out_.emplace_back(ServiceChanged{service.name, service.view.known()});
    }
    if (auto path = service.watch.ask(now)) {
      ask(Asker::kService, i, false, *std::move(path), {}, Watch::kPatience);
    }
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (auto path = values_[i].watch.ask(now)) {
      ask(Asker::kValues, i, false, *std::move(path), {}, Watch::kPatience);
    }
  }
  if (!registrar_) return;
  if (auto put = registrar_->ask(now)) {
    ask(Asker::kRegistrar, 0, true, std::move(put->path), std::move(put->body),
        Registrar::kPatience);
  }
}

Instant Client::next_timeout() const {
  Instant soonest = registrar_ ? registrar_->next_timeout() : kNever;
  for (const ServiceWatch& service : services_) {
    soonest = std::min({soonest, service.watch.next_timeout(), service.view.next_timeout()});
  }
  for (const ValuesWatch& values : values_) {
    soonest = std::min(soonest, values.watch.next_timeout());
  }
  return soonest;
}

void Client::handle_answer(Instant now, QuestionId id, const std::optional<Answer>& answer) {
  const auto asked = asked_.extract(id);
  if (!asked) return;
  is_reachable_ = answer.has_value();
  switch (asked.mapped().asker) {
    case Asker::kService:
      return handle_service(now, services_[asked.mapped().index], answer);
    case Asker::kValues:
      return handle_values(now, values_[asked.mapped().index], answer);
    case Asker::kRegistrar:
      return handle_registrar(now, answer);
  }
}

void Client::fail(Watch& watch, Instant now, std::uint64_t& counter) {
  ++counter;
  watch.handle_failure(now);
}

Watch::News Client::news_of(Watch& watch, const Answer& answer) {
  const std::uint64_t before = watch.index();
  const Watch::News news = watch.handle_answer(answer.index);
  if (before != 0 && watch.index() == 0) ++counts_.index_resets;
  return news;
}

void Client::handle_service(Instant now, ServiceWatch& service,
                            const std::optional<Answer>& answer) {
  if (!answer || answer->status != 200) return fail(service.watch, now, counts_.failed);
  auto instances = read_instances(service.name, answer->body);
  if (!instances) return fail(service.watch, now, counts_.malformed);
  const Watch::News news = news_of(service.watch, *answer);
  if (news == Watch::News::kNone) return;
  const bool is_afresh = news == Watch::News::kAfresh;
  if (service.view.handle_instances(now, *std::move(instances), is_afresh)) {
    out_.emplace_back(ServiceChanged{service.name, service.view.known()});
  }
}

void Client::handle_values(Instant now, ValuesWatch& values, const std::optional<Answer>& answer) {
  // Where nothing is below the prefix the agent says 404, with an index to wait for.
  const bool is_none = answer && answer->status == 404;
  if (!answer || (answer->status != 200 && !is_none))
    return fail(values.watch, now, counts_.failed);
  auto read = is_none ? Result<Values>() : read_values(values.prefix, answer->body);
  if (!read) return fail(values.watch, now, counts_.malformed);
  const Watch::News news = news_of(values.watch, *answer);
  if (!read->empty()) {
    values.doubts_empty = false;
  } else if (news == Watch::News::kAfresh && values.known) {
    values.doubts_empty = true;
  }
  if (news == Watch::News::kNone || values.known == *read || values.doubts_empty) return;
  values.known = *std::move(read);
  out_.emplace_back(ValuesChanged{values.prefix, *values.known});
}

void Client::handle_registrar(Instant now, const std::optional<Answer>& answer) {
  if (!answer) ++counts_.failed;
  const bool was_gone = registrar_->state() == Registrar::State::kGone;
  registrar_->handle_answer(now, answer ? answer->status : 0);
  if (!was_gone && registrar_->state() == Registrar::State::kGone) out_.emplace_back(Left{});
}

bool Client::poll(Output& out) {
  if (out_.empty()) return false;
  out = std::move(out_.front());
  out_.pop_front();
  return true;
}

Discovery::Counts Client::counts() const {
  Discovery::Counts counts = counts_;
  counts.registrations = registrar_ ? registrar_->registrations() : 0;
  return counts;
}

}  // namespace confab::discovery::consul
