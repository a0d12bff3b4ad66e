// How attempts to come in ended: counted by reason, and the last ones that failed, for whoever
// looks after the server. Without names, rooms or addresses. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "base/error.h"
#include "platform/metrics/exposition.h"

namespace confab::signaling {

// A screenful; each some 100 bytes.
inline constexpr std::size_t kRefusalsKept = 50;

class JoinBook {
 public:
  struct Refusal {
    std::int64_t at_ms = 0;
    ErrorCode code = ErrorCode::kInternal;
    std::string message;
  };

  void let_in() { ++let_in_; }
  void sent_to_lobby() { ++sent_to_lobby_; }
  void refused(const Error& error, std::int64_t at_ms);

  std::uint64_t let_in_count() const { return let_in_; }
  std::uint64_t lobby_count() const { return sent_to_lobby_; }
  std::uint64_t refused_count(ErrorCode code) const {
    return refused_[static_cast<std::size_t>(code)];
  }
  const std::deque<Refusal>& last_refusals() const { return last_; }  // oldest first
  void expose(metrics::Exposition& out) const;

 private:
  std::uint64_t let_in_ = 0;
  std::uint64_t sent_to_lobby_ = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(ErrorCode::kInternal) + 1> refused_{};
  std::deque<Refusal> last_;
};

}  // namespace confab::signaling
