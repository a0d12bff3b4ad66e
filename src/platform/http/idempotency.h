// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): who sends a request again
// because its answer was lost gets that answer, and nothing is made twice. Of one process, in
// memory.
//
// Kept are answers of success alone: whatever was refused may be tried again. Making things is
// limited by rates of its own (rooms: 10 a second by all addresses, 2,000 at once), so that what is
// made in the ten minutes for which an answer is kept has its place; beyond that the oldest go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "platform/http/message.h"

namespace confab::http {

class IdempotentAnswers {
 public:
  static constexpr Duration kKept = 10min;
  static constexpr std::size_t kAnswersMax = 10'000;
  static constexpr std::size_t kBytesMax =
      16'000'000;  // of answers: 1,600 each, and rooms have 400
  static constexpr std::size_t kKeyCharsMax = 255;

  // Which request it is, and what it asks.
  struct Slot {
    std::string id;
    std::string content;
  };
  // kVerified: what the request shows in Authorization was found good, so that nobody else has it,
  // or it is known otherwise `who` asks (who is signed in, from whichever of their browsers).
  // What anybody may ask is told apart by the address alone, which many may share: there a key
  // must be long enough that nobody else names it by chance, nor guesses it.
  enum class Caller : std::uint8_t { kVerified, kAnybody };
  static constexpr std::size_t kUnguessableKeyChars = 22;  // 128 random bits as base64

  // Nothing: it names no key. kInvalidArgument where the key is none. Keys of one caller say
  // nothing about those of another.
  static std::optional<Result<Slot>> slot_of(const Request& request, Caller caller,
                                             std::string_view who = {});

  // The answer where it is known; nothing: carry it out, then tell finish() what came of it.
  std::optional<Response> begin(const Slot& slot, Instant now);
  void finish(const Slot& slot, const Response& response, Instant now);

  struct Counts {
    std::uint64_t replayed = 0;
    std::uint64_t mismatched = 0;  // the same key for something else
    std::uint64_t in_flight = 0;   // asked again before it was answered
    std::uint64_t dropped = 0;     // answers that had no place any more
  };
  const Counts& counts() const { return counts_; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string content;
    std::optional<Response> answer;
    std::size_t bytes = 0;
    Instant until{};
  };

  void drop_oldest();
  void forget_old(Instant now);

  std::map<std::string, Entry, std::less<>> entries_;
  std::list<std::string> order_;  // those with an answer, oldest first
  std::size_t bytes_ = 0;
  Counts counts_;
};

}  // namespace confab::http
