// Which resume token of each participant is the last one. A token carries the number of its
// issue; the newest number is kept here while the meeting is in memory, and in the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/ids.h"
#include "call/types.h"

namespace confab::call {

// More have come and gone in one meeting than anybody but a flood would: the oldest are looked up
// in the store when the meeting is next loaded. 100 bytes each.
inline constexpr std::size_t kTokensRemembered = 4096;

class TokenBook {
 public:
  // Whether the token is the last one given to its participant. So is the one before, in a join
  // that asks again (`attempt`) since the answer with the last one was lost; and a later one, of
  // which a crash took the record: we signed it.
  bool accepts(const ResumeClaims& claims, const std::string& attempt) const;
  // The number of the next token; those before it are worth nothing.
  const TokenIssue& issue(const ParticipantId& participant, std::uint64_t shown,
                          std::string attempt);
  // The last one is worth nothing any more. Nothing for who never had one.
  const TokenIssue* retire(const ParticipantId& participant);
  void remember(const TokenIssue& issue);
  std::uint64_t last(const ParticipantId& participant) const;

 private:
  TokenIssue& entry(const ParticipantId& participant);

  std::unordered_map<ParticipantId, TokenIssue> issues_;
  std::deque<ParticipantId> order_;
};

}  // namespace confab::call
