#include "engine/port_use.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

namespace confab::engine {
namespace {

constexpr std::string_view kBlanks = " \t\n";

// Takes the next word off `text`; empty at the end.
std::string_view next_word(std::string_view& text, std::string_view blanks = kBlanks) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return text = {};
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::uint32_t> number(std::string_view text, int base = 10) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

//   sl  local_address rem_address   st ...
//    0: 0100007F:9C40 00000000:0000 0A ...
bool has_listener(std::string_view table, std::uint16_t port) {
  constexpr std::string_view kListen = "0A";
  while (!table.empty()) {
    std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(line.size() < table.size() ? line.size() + 1 : line.size());
    next_word(line);
    const std::string_view local = next_word(line);
    next_word(line);
    if (next_word(line) != kListen) continue;
    const std::size_t colon = local.rfind(':');
    if (colon != std::string_view::npos && number(local.substr(colon + 1), 16) == port) return true;
  }
  return false;
}

EphemeralPorts read_ephemeral_ports(std::string_view range, std::string_view reserved) {
  EphemeralPorts out;
  const auto first = number(next_word(range));
  const auto last = number(next_word(range));
  if (!first || !last) return out;
  out.first = *first;
  out.last = *last;
  out.reserved = next_word(reserved);
  return out;
}

bool EphemeralPorts::contains(std::uint16_t port) const {
  if (port < first || port > last) return false;
  std::string_view rest = reserved;
  while (!rest.empty()) {
    const std::string_view item = next_word(rest, ",");
    const std::size_t dash = item.find('-');
    const auto from = number(item.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : number(item.substr(dash + 1));
    if (from && to && port >= *from && port <= *to) return false;
  }
  return true;
}

bool somebody_listens(std::uint16_t port) {
  return has_listener(read_file("/proc/net/tcp"), port) ||
         has_listener(read_file("/proc/net/tcp6"), port);
}

EphemeralPorts ephemeral_ports() {
  return read_ephemeral_ports(read_file("/proc/sys/net/ipv4/ip_local_port_range"),
                              read_file("/proc/sys/net/ipv4/ip_local_reserved_ports"));
}

}  // namespace confab::engine
