#include "sim/link/profile_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace confab::sim {
namespace {

constexpr double kMsMax = 60'000;
constexpr double kRateMax = 1e11;
constexpr double kBurstMax = 1000;

// As it stands in the text, before loss and burst become the two states of the model.
struct Direction {
  double rate = 0;
  double delay = 0;
  double jitter = 0;
  double loss = 0;
  double burst = 1;
  double queue = 200;
  double policer = 0;
  double dup = 0;
  double reorder = 0;
};

struct Key {
  std::string_view name;
  double Direction::* field;
  double low;
  double high;
};
constexpr std::array kKeys = {
    Key{"rate", &Direction::rate, 0, kRateMax},       Key{"delay", &Direction::delay, 0, kMsMax},
    Key{"jitter", &Direction::jitter, 0, kMsMax},     Key{"loss", &Direction::loss, 0, 1},
    Key{"burst", &Direction::burst, 1, kBurstMax},    Key{"queue", &Direction::queue, 0, kMsMax},
    Key{"policer", &Direction::policer, 0, kRateMax}, Key{"dup", &Direction::dup, 0, 1},
    Key{"reorder", &Direction::reorder, 0, 1},
};

Duration ms(double value) {
  return Duration{static_cast<Duration::rep>(value * 1e6)};
}
std::uint32_t permille(double share) {
  return static_cast<std::uint32_t>(std::lround(share * 1000));
}

// A loss of one packet in so many is drawn for each; in bursts, the share of time that is spent in
// them makes the same loss.
LinkProfile profile_of(const Direction& from) {
  LinkProfile out;
  out.delay = ms(from.delay);
  out.jitter = ms(from.jitter);
  out.rate_bps = static_cast<std::uint64_t>(from.rate);
  out.queue_max = ms(from.queue);
  out.policer_bps = static_cast<std::uint64_t>(from.policer);
  out.duplicate_permille = permille(from.dup);
  out.reorder_permille = permille(from.reorder);
  out.overhead_bytes = 0;  // whole IP packets go through
  if (from.burst <= 1 || from.loss >= 1) {
    out.loss_permille = permille(from.loss);
  } else {
    const double end = 1 / from.burst;
    out.burst_end_permille = std::max(1U, permille(end));
    out.burst_begin_permille = permille(std::min(1.0, end * from.loss / (1 - from.loss)));
  }
  return out;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

bool take_line(std::string_view line, Direction& ab, Direction& ba) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  std::string_view name = line.substr(0, equals);
  const bool is_ab = !name.starts_with("ba.");
  const bool is_ba = !name.starts_with("ab.");
  if (!is_ab || !is_ba) name.remove_prefix(3);
  const auto* const key = std::ranges::find(kKeys, name, &Key::name);
  const auto value = number(line.substr(equals + 1));
  if (key == kKeys.end() || !value || !(*value >= key->low && *value <= key->high)) return false;
  if (is_ab) ab.*(key->field) = *value;
  if (is_ba) ba.*(key->field) = *value;
  return true;
}

}  // namespace

std::expected<LinkProfiles, std::string> parse_profiles(std::string_view text) {
  Direction ab;
  Direction ba;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty() || line.starts_with('#')) continue;
    if (!take_line(line, ab, ba)) return std::unexpected("not understood: " + std::string(line));
  }
  return LinkProfiles{profile_of(ab), profile_of(ba)};
}

}  // namespace confab::sim
