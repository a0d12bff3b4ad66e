// What /metrics says. Parts count in plain integers of their own; at a scrape each writes a
// snapshot of them here. Names and labels are bounded: never a room, a person or a path.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace confab::metrics {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// One scrape. Not thread-safe; made, filled and thrown away on one thread.
class Exposition {
 public:
  Exposition();
  ~Exposition();

  // Adds one sample; families with the same name are joined. Names get the prefix "confab_", and
  // counters the suffix "_total" (Prometheus naming rules).
  void counter(std::string_view name, std::string_view help, Labels labels, std::uint64_t value);
  void gauge(std::string_view name, std::string_view help, Labels labels, double value);
  // A counter of time: its name gets "_seconds_total".
  void seconds(std::string_view name, std::string_view help, Labels labels, double value);

  // Cumulative as Prometheus wants it: `counts` has one more than `bounds`, for what is above all.
  void histogram(std::string_view name, std::string_view help, Labels labels,
                 std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum);

  // The text format 0.0.4.
  std::string text() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace confab::metrics
