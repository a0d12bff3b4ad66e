// One command that several shards carry out, answered once when all have answered.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "base/error.h"
#include "control/media.h"

namespace confab::media {

class CommandRound {
 public:
  // `is_wanted`: false if the one who asked has been answered already.
  explicit CommandRound(std::size_t shards, bool is_wanted = true)
      : missing_(shards), is_wanted_(is_wanted) {}

  // A shard that the meeting could not come to has nothing to tell: why is told if none has.
  void add(Result<control::MediaResult> part) {
    --missing_;
    if (!part) {
      error_ = std::move(part.error());
      return;
    }
    auto* sum = result_ ? std::get_if<control::MeetingStats>(&*result_) : nullptr;
    const auto* stats = std::get_if<control::MeetingStats>(&*part);
    if (sum == nullptr || stats == nullptr) {
      result_ = *std::move(part);
      return;
    }
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(sum->transports, stats->transports);
    append(sum->producers, stats->producers);
    append(sum->consumers, stats->consumers);
  }

  bool is_complete() const { return missing_ == 0; }
  bool is_wanted() const { return is_wanted_; }
  Result<control::MediaResult> result() const {
    if (result_) return *result_;
    return std::unexpected(error_);
  }

 private:
  std::size_t missing_;
  bool is_wanted_;
  std::optional<control::MediaResult> result_;
  Error error_{ErrorCode::kNotFound, "this meeting has no media"};
};

}  // namespace confab::media
