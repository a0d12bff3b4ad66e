#include "platform/config/value.h"

#include <array>
#include <charconv>

namespace confab::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array<Unit, 4> kByteUnits = {
    {{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"", 1}}};

// In milliseconds. There is no "m": it reads as minutes to some and months to others.
constexpr std::array<Unit, 5> kTimeUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}}};

std::expected<std::uint64_t, std::errc> leading_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::unexpected(error);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// The number times its unit, if it is written right and within [low, high].
template <std::size_t N>
std::expected<std::uint64_t, std::errc> scaled(std::string_view text,
                                               const std::array<Unit, N>& units, std::uint64_t low,
                                               std::uint64_t high) {
  const auto number = leading_number(text);
  if (!number) return number;
  const Unit* unit = find_unit(units, text);
  if (unit == nullptr) return std::unexpected(std::errc::invalid_argument);
  if (*number > high / unit->size || *number * unit->size < low) {
    return std::unexpected(std::errc::result_out_of_range);
  }
  return *number * unit->size;
}

// The largest unit that divides without a rest.
template <std::size_t N>
std::string print_scaled(std::uint64_t value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (value % unit.size == 0 && value >= unit.size) {
      return std::to_string(value / unit.size) + std::string(unit.name);
    }
  }
  return "0";
}

std::unexpected<std::string> expected(std::string what) {
  return std::unexpected(std::move(what));
}

}  // namespace

Parsed<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  return expected("true or false");
}

Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high) {
  const auto number = leading_number(text);
  if (!number || !text.empty() || *number < low || *number > high) {
    return expected("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return *number;
}

Parsed<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t low, std::uint64_t high) {
  const auto bytes = scaled(text, kByteUnits, low, high);
  if (!bytes) {
    return expected("a size from " + print_bytes(low) + " to " + print_bytes(high) +
                    ", as 1000000, 64KiB or 4MiB");
  }
  return *bytes;
}

Parsed<Duration> parse_duration(std::string_view text, Duration low, Duration high) {
  const auto ms = scaled(text, kTimeUnits, static_cast<std::uint64_t>(to_ms(low)),
                         static_cast<std::uint64_t>(to_ms(high)));
  if (!ms) {
    return expected("a time from " + print_duration(low) + " to " + print_duration(high) +
                    ", as 250ms, 30s, 2min, 12h or 7d");
  }
  return std::chrono::milliseconds(*ms);
}

Parsed<Endpoint> parse_endpoint(std::string_view text) {
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint) return expected("ADDRESS:PORT, as 0.0.0.0:8080 or [::]:8080");
  return *endpoint;
}

Parsed<MediaAddress> parse_media_address(std::string_view text) {
  const std::size_t sign = text.find('=');
  const auto listen = IpAddress::parse(text.substr(0, sign));
  const auto announced =
      sign == std::string_view::npos ? listen : IpAddress::parse(text.substr(sign + 1));
  if (!listen || !announced) return expected("ADDRESS or LISTEN=ANNOUNCED, both IP addresses");
  if (announced->is_unspecified()) {
    return expected("an address that browsers can reach (" + announced->to_string() +
                    " cannot be announced; write LISTEN=ANNOUNCED)");
  }
  return MediaAddress{*listen, *announced};
}

Parsed<IpPrefix> parse_prefix(std::string_view text) {
  const auto prefix = IpPrefix::parse(text);
  if (!prefix) return expected("an address or a block of them, as 127.0.0.1 or 10.0.0.0/8");
  return *prefix;
}

Parsed<ServicePlace> parse_place(std::string_view text) {
  const auto wrong = [] { return expected("host:port or node=host:port, as 2=10.0.0.5:5000"); };
  ServicePlace place;
  if (const std::size_t sign = text.find('='); sign != std::string_view::npos) {
    const auto node = parse_count(text.substr(0, sign), 0, 65535);
    if (!node) return wrong();
    place.node = static_cast<std::uint16_t>(*node);
    text.remove_prefix(sign + 1);
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  const auto port = parse_count(text.substr(colon + 1), 1, 65535);
  std::string_view host = text.substr(0, colon);
  const bool is_v6 = host.starts_with('[') && host.ends_with(']');
  if (is_v6) host = host.substr(1, host.size() - 2);
  const bool is_odd =
      host.empty() || host.size() > 253 || host.find_first_of("/@ []=") != std::string_view::npos;
  if (!port || is_odd || host.contains(':') != is_v6) return wrong();
  if (is_v6 && !IpAddress::parse(host)) return wrong();
  place.host = host;
  place.port = static_cast<std::uint16_t>(*port);
  return place;
}

Parsed<LogLevel> parse_log_level(std::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warn") return LogLevel::kWarn;
  if (text == "error") return LogLevel::kError;
  return expected("debug, info, warn or error");
}

Parsed<AccountsMode> parse_accounts_mode(std::string_view text) {
  if (text == "off") return AccountsMode::kOff;
  if (text == "invite") return AccountsMode::kInvite;
  if (text == "open") return AccountsMode::kOpen;
  return expected("off, invite or open");
}

std::string print_accounts_mode(AccountsMode mode) {
  switch (mode) {
    case AccountsMode::kOff:
      return "off";
    case AccountsMode::kInvite:
      return "invite";
    case AccountsMode::kOpen:
      return "open";
  }
  return "off";
}

std::string print_bytes(std::uint64_t bytes) {
  return print_scaled(bytes, kByteUnits);
}

std::string print_duration(Duration duration) {
  const auto ms = static_cast<std::uint64_t>(to_ms(duration));
  return ms == 0 ? "0s" : print_scaled(ms, kTimeUnits);
}

std::string print_media_address(const MediaAddress& address) {
  std::string text = address.listen.to_string();
  if (address.listen != address.announced) text += "=" + address.announced.to_string();
  return text;
}

std::string print_place(const ServicePlace& place) {
  const bool is_v6 = place.host.contains(':');
  return (place.node ? std::to_string(*place.node) + "=" : "") +
         (is_v6 ? "[" + place.host + "]" : place.host) + ":" + std::to_string(place.port);
}

std::string print_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

}  // namespace confab::config
