#include "call/token_book.h"

#include <algorithm>
#include <utility>

namespace confab::call {

bool TokenBook::accepts(const ResumeClaims& claims, const std::string& attempt) const {
  const auto it = issues_.find(claims.participant);
  if (it == issues_.end() || claims.generation >= it->second.generation) return true;
  const TokenIssue& issue = it->second;
  const bool is_before = claims.generation + 1 == issue.generation;
  return is_before && !attempt.empty() && attempt == issue.attempt;
}

TokenIssue& TokenBook::entry(const ParticipantId& participant) {
  const auto [it, is_new] = issues_.try_emplace(participant);
  if (is_new) {
    it->second.participant = participant;
    order_.push_back(participant);
    if (order_.size() > kTokensRemembered) {
      issues_.erase(order_.front());
      order_.pop_front();
    }
  }
  return it->second;
}

const TokenIssue& TokenBook::issue(const ParticipantId& participant, std::uint64_t shown,
                                   std::string attempt) {
  TokenIssue& issue = entry(participant);
  issue.generation = std::max(issue.generation, shown) + 1;
  issue.attempt = std::move(attempt);
  return issue;
}

const TokenIssue* TokenBook::retire(const ParticipantId& participant) {
  const auto it = issues_.find(participant);
  if (it == issues_.end()) return nullptr;
  ++it->second.generation;
  it->second.attempt.clear();
  return &it->second;
}

void TokenBook::remember(const TokenIssue& issue) {
  entry(issue.participant) = issue;
}

std::uint64_t TokenBook::last(const ParticipantId& participant) const {
  const auto it = issues_.find(participant);
  return it == issues_.end() ? 0 : it->second.generation;
}

}  // namespace confab::call
