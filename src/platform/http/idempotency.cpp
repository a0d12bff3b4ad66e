#include "platform/http/idempotency.h"

#include <algorithm>
#include <utility>

#include "platform/http/content_security.h"

namespace confab::http {
namespace {

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= IdempotentAnswers::kKeyCharsMax &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

std::optional<Result<IdempotentAnswers::Slot>> IdempotentAnswers::slot_of(const Request& request,
                                                                          Caller caller,
                                                                          std::string_view who) {
  const std::string_view key = request.header("Idempotency-Key");
  if (key.empty()) return std::nullopt;
  if (!is_key(key)) {
    return fail(ErrorCode::kInvalidArgument,
                "Idempotency-Key: 1 to 255 letters, digits and signs of ASCII");
  }
  const bool is_verified = caller == Caller::kVerified;
  if (!is_verified && key.size() < kUnguessableKeyChars) {
    return fail(ErrorCode::kInvalidArgument,
                "Idempotency-Key: where anybody may ask, at least 22 characters that nobody else "
                "guesses");
  }
  const std::string address = request.remote.address.to_string();
  if (!is_verified) who = address;
  if (who.empty()) who = request.header("Authorization");
  Slot slot;
  slot.id = sha256_base64(request.target + '\n' + std::string(key) + '\n' + std::string(who));
  slot.content = sha256_base64(request.body);
  return slot;
}

std::optional<Response> IdempotentAnswers::begin(const Slot& slot, Instant now) {
  forget_old(now);
  const auto [at, is_new] = entries_.try_emplace(slot.id);
  Entry& entry = at->second;
  if (is_new) {
    entry.content = slot.content;
    return std::nullopt;
  }
  if (entry.content != slot.content) {
    ++counts_.mismatched;
    return Response::error(
        {ErrorCode::kUnsupported, "this Idempotency-Key was used for another request"});
  }
  if (!entry.answer) {
    ++counts_.in_flight;
    Response response = Response::error(
        {ErrorCode::kConflict, "the request of this Idempotency-Key is not answered yet"});
    response.set_header("Retry-After", "1");
    return response;
  }
  ++counts_.replayed;
  Response response = *entry.answer;
  response.set_header("Idempotency-Replayed", "true");
  return response;
}

void IdempotentAnswers::finish(const Slot& slot, const Response& response, Instant now) {
  const auto at = entries_.find(slot.id);
  if (at == entries_.end()) return;
  if (response.status < 200 || response.status > 299 || response.body.size() > kBytesMax) {
    entries_.erase(at);
    return;
  }
  Entry& entry = at->second;
  entry.answer = response;
  entry.bytes = response.body.size();
  entry.until = now + kKept;
  order_.push_back(slot.id);
  bytes_ += entry.bytes;
  while (order_.size() > kAnswersMax || bytes_ > kBytesMax) {
    ++counts_.dropped;
    drop_oldest();
  }
}

void IdempotentAnswers::drop_oldest() {
  const auto at = entries_.find(order_.front());
  bytes_ -= at->second.bytes;
  order_.pop_front();
  entries_.erase(at);
}

void IdempotentAnswers::forget_old(Instant now) {
  while (!order_.empty() && entries_.find(order_.front())->second.until <= now) drop_oldest();
}

}  // namespace confab::http
