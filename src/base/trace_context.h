// Which request of somebody outside a change belongs to: W3C Trace Context (Level 1, §3.2), version
// 00. Carried with what the request leads to, also to other processes, and logged with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace confab {

struct TraceContext {
  // Of everything that one request led to; zero: of no request.
  std::uint64_t trace_high = 0;
  std::uint64_t trace_low = 0;
  std::uint64_t parent = 0;  // of whoever sent this on
  std::uint8_t flags = 0;

  // "00-<32 hex>-<16 hex>-<2 hex>", lower case, neither id of zeros alone. Nothing for all else:
  // whoever gets such a thing begins a trace of its own (§3.2.2.3).
  static std::optional<TraceContext> parse(std::string_view traceparent);
  static TraceContext begin(Random& random);

  // The same trace, sent on by us.
  TraceContext sent_on(Random& random) const;
  bool is_set() const { return (trace_high | trace_low) != 0; }
  // As parse() takes it; "" for none.
  std::string to_string() const;
  // The 32 digits that a log line has; "" for none.
  std::string trace_id() const;
  bool operator==(const TraceContext&) const = default;
};

}  // namespace confab
