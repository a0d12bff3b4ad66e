// Configuration values to and from the text they have in a file, a variable or a flag.
// parse: the value, or what was expected instead. print gives text that parse takes back.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "platform/config/config.h"

namespace confab::config {

template <typename T>
using Parsed = std::expected<T, std::string>;

Parsed<bool> parse_bool(std::string_view text);
Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high);
// "1000000", "64KiB", "4MiB", "1GiB".
Parsed<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t low, std::uint64_t high);
// "250ms", "30s", "2min", "12h", "7d". A bare number is refused: it could mean anything.
Parsed<Duration> parse_duration(std::string_view text, Duration low, Duration high);
Parsed<Endpoint> parse_endpoint(std::string_view text);
// "10.0.0.5", or "10.0.0.5=203.0.113.7": listened on = announced.
Parsed<MediaAddress> parse_media_address(std::string_view text);
// "10.0.0.5" or "10.0.0.0/8".
Parsed<IpPrefix> parse_prefix(std::string_view text);
// "sig-1.example:5000", "[::1]:5000", "2=10.0.0.5:5000".
Parsed<ServicePlace> parse_place(std::string_view text);
Parsed<LogLevel> parse_log_level(std::string_view text);
Parsed<AccountsMode> parse_accounts_mode(std::string_view text);

std::string print_bytes(std::uint64_t bytes);
std::string print_duration(Duration duration);
std::string print_media_address(const MediaAddress& address);
std::string print_place(const ServicePlace& place);
std::string print_log_level(LogLevel level);
std::string print_accounts_mode(AccountsMode mode);

}  // namespace confab::config
