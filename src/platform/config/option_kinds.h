// The kinds of options that the table of options.cpp is made of: each makes an Option of its names,
// its help, the member of a Config that it sets, and the range that it may have.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/config/options.h"
#include "platform/config/value.h"

namespace confab::config::kinds {

// Text, a path, or one element of a list.
inline constexpr std::size_t kTextMax = 4096;

inline Parsed<std::string> parse_text(std::string_view text) {
  if (text.size() > kTextMax) return std::unexpected<std::string>("at most 4096 characters");
  return std::string(text);
}

// --http-header-bytes-max for http.header_bytes_max.
inline std::string flag_of(std::string_view key) {
  std::string flag(key);
  std::ranges::replace(flag, '.', '-');
  std::ranges::replace(flag, '_', '-');
  return flag;
}

inline std::string variable_of(std::string_view flag) {
  std::string name = "CONFAB_";
  for (const char c : flag) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

struct Names {
  std::string_view key;
  std::string_view flag;  // empty: made from the key
};

// One value. `field` gives the member of a Config, `parse` and `print` go between it and text.
template <typename Field, typename Parse, typename Print>
Option scalar(Names names, std::string_view help, Field field, Parse parse, Print print) {
  Option option;
  option.shown.key = names.key;
  option.shown.flag = names.flag.empty() ? flag_of(names.key) : std::string(names.flag);
  option.shown.help = help;
  option.set = [field, parse](Config& config, const Values& values) -> std::optional<std::string> {
    if (values.size() != 1) return "one value";
    auto parsed = parse(values.front());
    if (!parsed) return parsed.error();
    auto& member = field(config);
    member = static_cast<std::remove_reference_t<decltype(member)>>(*std::move(parsed));
    return std::nullopt;
  };
  option.get = [field, print](const Config& config) {
    return Values{print(field(const_cast<Config&>(config)))};
  };
  return option;
}

template <typename Field>
Option toggle(Names names, std::string_view help, Field field) {
  Option option = scalar(names, help, field, parse_bool,
                         [](bool value) { return std::string(value ? "true" : "false"); });
  option.shown.is_switch = true;
  return option;
}

template <typename Field>
Option count(Names names, std::string_view help, std::uint64_t low, std::uint64_t high,
             Field field) {
  return scalar(
      names, help, field, [=](std::string_view text) { return parse_count(text, low, high); },
      [](std::uint64_t value) { return std::to_string(value); });
}

template <typename Field>
Option bytes(Names names, std::string_view help, std::uint64_t low, std::uint64_t high,
             Field field) {
  return scalar(
      names, help, field, [=](std::string_view text) { return parse_bytes(text, low, high); },
      print_bytes);
}

template <typename Field>
Option duration(Names names, std::string_view help, Duration low, Duration high, Field field) {
  return scalar(
      names, help, field, [=](std::string_view text) { return parse_duration(text, low, high); },
      print_duration);
}

template <typename Field>
Option text(Names names, std::string_view help, Field field) {
  return scalar(names, help, field, parse_text, [](const std::string& value) { return value; });
}

template <typename Field>
Option endpoint(Names names, std::string_view help, Field field) {
  return scalar(names, help, field, parse_endpoint,
                [](const Endpoint& value) { return value.to_string(); });
}

template <typename Field, typename Parse, typename Print>
Option list(Names names, std::string_view help, Field field, Parse parse, Print print) {
  Option option;
  option.shown.key = names.key;
  option.shown.flag = names.flag.empty() ? flag_of(names.key) : std::string(names.flag);
  option.shown.help = help;
  option.shown.is_list = true;
  option.set = [field, parse](Config& config, const Values& values) -> std::optional<std::string> {
    std::remove_reference_t<decltype(field(config))> all;
    for (const std::string& value : values) {
      auto parsed = parse(value);
      if (!parsed) return parsed.error();
      all.push_back(*std::move(parsed));
    }
    field(config) = std::move(all);
    return std::nullopt;
  };
  option.get = [field, print](const Config& config) {
    Values values;
    for (const auto& element : field(const_cast<Config&>(config))) values.push_back(print(element));
    return values;
  };
  return option;
}

template <typename Field>
Option texts(Names names, std::string_view help, Field field) {
  return list(names, help, field, parse_text, [](const std::string& value) { return value; });
}

inline Option secret(Option option) {
  option.shown.is_secret = true;
  return option;
}

// An option of an earlier build: refused with what took its place, rather than as unknown.
inline Option retired(Names names, std::string_view instead) {
  Option option;
  option.shown.key = names.key;
  option.shown.flag = names.flag.empty() ? flag_of(names.key) : std::string(names.flag);
  option.shown.is_retired = true;
  option.shown.is_switch = true;
  option.shown.help = instead;
  option.set = [instead](Config&, const Values&) -> std::optional<std::string> {
    return std::string(instead);
  };
  option.get = [](const Config&) { return Values{}; };
  return option;
}

// For what is looked up each time it is needed, on the signaling loop.
inline Option live(Option option) {
  option.shown.is_live = true;
  return option;
}

inline Option local(Option option) {
  option.is_local = true;
  return option;
}

inline std::vector<Option> live(std::vector<Option> all) {
  for (Option& option : all) option.shown.is_live = true;
  return all;
}
}  // namespace confab::config::kinds
