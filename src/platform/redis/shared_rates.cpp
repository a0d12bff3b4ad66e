#include "platform/redis/shared_rates.h"

#include <algorithm>
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
local passed = math.max(0, now - (tonumber(was[2]) or now))
local left = math.min(burst, (tonumber(was[1]) or burst) + passed * per_ms)
left = math.max(left - count, -10 * burst)
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

double SharedRateBook::used(const Entry& entry, Instant now) const {
  const double decayed = to_seconds(now - entry.used_at) * rate_.per_second * kNoticed;
  return std::max(0.0, entry.used - decayed);
}

double SharedRateBook::spare(const Entry& entry, Instant now) const {
  const double filled = to_seconds(now - entry.spare_at) * rate_.per_second;
  const double most = now < entry.owed_until ? std::max(1.0, rate_.per_second) : rate_.burst;
  return std::min(most, entry.spare + filled);
}

bool SharedRateBook::is_idle(const Entry& entry, Instant now) const {
  const bool is_free = !entry.is_paced || (now >= entry.until && spare(entry, now) >= rate_.burst);
  return is_free && entry.untold == 0 && used(entry, now) <= 0;
}

bool SharedRateBook::may(const std::string& id, Instant now) const {
  const auto at = entries_.find(id);
  if (at == entries_.end() || !at->second.is_paced) return true;
  const Entry& entry = at->second;
  if (used(entry, now) < std::max(1.0, rate_.burst * kNoticed)) return true;
  return now >= entry.until && spare(entry, now) >= 1;
}

void SharedRateBook::note(const std::string& id, Instant now) {
  auto at = entries_.find(id);
  if (at == entries_.end()) {
    if (entries_.size() >= kIdsMax) forget_idle(now);
    if (entries_.size() >= kIdsMax) {
      ++untold_;
      return;
    }
    at = entries_.emplace(id, Entry{.used_at = now}).first;
  }
  Entry& entry = at->second;
  ++entry.untold;
  entry.used = used(entry, now) + 1;
  entry.used_at = now;
  if (!entry.is_paced || now < entry.until) return;
  entry.spare = std::max(0.0, spare(entry, now) - 1);
  entry.spare_at = now;
  if (entry.spare + 1 >= rate_.burst) entry.is_paced = false;
}

// At most once a second: whoever makes the table full must not make it slow as well.
void SharedRateBook::forget_idle(Instant now) {
  if (now < forget_at_) return;
  forget_at_ = now + 1s;
  std::erase_if(entries_, [&](const auto& each) { return is_idle(each.second, now); });
}

std::vector<SharedRateBook::Charge> SharedRateBook::take_charges() {
  std::vector<Charge> out;
  for (auto& [id, entry] : entries_) {
    if (entry.untold != 0) out.push_back({id, std::exchange(entry.untold, 0)});
  }
  return out;
}

void SharedRateBook::answered(const std::string& id, Duration wait, Instant now) {
  const auto at = entries_.find(id);
  if (wait <= Duration{} || at == entries_.end()) return;
  Entry& entry = at->second;
  entry.is_paced = true;
  entry.until = now + std::min(wait, kWaitMax);
  entry.owed_until = now + wait;
  entry.spare = 0;
  entry.spare_at = entry.until;
}

SharedRates::SharedRates(http::EventLoop& loop, Redis& redis, std::string scope, SharedRate rate)
    : redis_(redis), scope_(std::move(scope)), rate_(rate), book_(rate), timer_(loop) {}

bool SharedRates::take(const std::string& id, Instant now) {
  if (!book_.may(id, now)) {
    ++refused_;
    return false;
  }
  book_.note(id, now);
  if (!std::exchange(is_due_, true)) timer_.set(now + kTellEvery, [this] { tell(); });
  return true;
}

void SharedRates::tell() {
  is_due_ = false;
  const std::string burst = text_of(rate_.burst);
  const std::string per_second = text_of(rate_.per_second);
  // When it is full again it is as one that is not there.
  const std::string window =
      std::to_string(std::llround(12'000 * rate_.burst / rate_.per_second) + 1'000);
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
    // Whatever it says: what holds anybody up has an end. Ten bursts below zero, and the one above.
    const auto longest = static_cast<std::int64_t>(11'000 * rate_.burst / rate_.per_second) + 1000;
    const std::int64_t bounded = std::clamp<std::int64_t>(*wait_ms, 0, longest);
    book_.answered(charge.id, std::chrono::milliseconds(bounded), monotonic_now());
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
