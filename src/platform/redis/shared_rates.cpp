#include "platform/redis/shared_rates.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"

namespace confab::redis {
namespace {

// As much later as a burst is bigger than it should be: a hundredth of what 50 nodes let through.
constexpr Duration kTellEvery = 100ms;

// The bucket of KEYS[1] by Redis' own clock, in milliseconds: how long until one may be taken.
constexpr std::string_view kScript = R"lua(
local burst, per_ms, count = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000, tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local was = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(burst, (tonumber(was[1]) or burst) + (now - (tonumber(was[2]) or now)) * per_ms)
left = math.max(left - count, -burst)
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if left >= 1 then return 0 end
return math.ceil((1 - left) / per_ms)
)lua";

std::string text_of(double value) {
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 6);
  return {text.data(), end};
}

}  // namespace

std::vector<SharedRateBook::Charge> SharedRateBook::take_charges() {
  std::vector<Charge> out;
  out.reserve(charges_.size());
  for (auto& [id, count] : std::exchange(charges_, {})) out.push_back({id, count});
  return out;
}

void SharedRateBook::answered(const std::string& id, Duration wait, Instant now) {
  if (wait <= Duration{}) {
    until_.erase(id);
    return;
  }
  if (until_.size() >= kIdsMax) {
    std::erase_if(until_, [&](const auto& each) { return each.second <= now; });
  }
  if (until_.size() >= kIdsMax && !until_.contains(id)) return;
  until_.insert_or_assign(id, now + std::min(wait, kWaitMax));
}

SharedRates::SharedRates(http::EventLoop& loop, Redis& redis, std::string scope, Rate rate)
    : redis_(redis), scope_(std::move(scope)), rate_(rate), timer_(loop) {}

bool SharedRates::take(const std::string& id, Instant now) {
  if (!book_.may(id, now)) {
    ++refused_;
    return false;
  }
  book_.note(id);
  if (!std::exchange(is_due_, true)) timer_.set(now + kTellEvery, [this] { tell(); });
  return true;
}

void SharedRates::tell() {
  is_due_ = false;
  const std::string burst = text_of(rate_.burst);
  const std::string per_second = text_of(rate_.per_second);
  // When it is full again it is as one that is not there.
  const std::string window =
      std::to_string(std::llround(2'000 * rate_.burst / rate_.per_second) + 1'000);
  for (const SharedRateBook::Charge& charge : book_.take_charges()) {
    tell(charge, burst, per_second, window);
  }
}

// One hash tag for each key: each command is about one slot of a cluster. Neither addresses nor
// names stand in Redis, since it is for what may be lost, and lies open.
void SharedRates::tell(const SharedRateBook::Charge& charge, const std::string& burst,
                       const std::string& per_second, const std::string& window) {
  if (!redis_.is_up()) return book_.lost(charge);
  const std::string key = "cf:rl:{" + scope_ + ':' + auth::fingerprint(charge.id) + '}';
  const std::string count = std::to_string(charge.count);
  const std::array<std::string_view, 8> words = {"EVAL", kScript,    "1",   key,
                                                 burst,  per_second, count, window};
  redis_.ask(words, [this, charge](const Result<RespReply>& reply) {
    const auto* wait_ms = reply ? std::get_if<std::int64_t>(&*reply) : nullptr;
    if (wait_ms == nullptr) {
      ++failed_;
      return book_.lost(charge);
    }
    book_.answered(charge.id, std::chrono::milliseconds(*wait_ms), monotonic_now());
  });
}

void SharedRates::expose(metrics::Exposition& out) const {
  const metrics::Labels what{{"what", scope_}};
  out.counter("shared_rates_refused",
              "Requests refused since the nodes together had let through too many.", what,
              refused_);
  out.counter("shared_rates_untold",
              "Requests of which Redis was not told: it was away, late or too many asked.", what,
              book_.untold());
  out.counter("shared_rates_failed", "Of those, tellings that Redis did not take.", what, failed_);
}

}  // namespace confab::redis
