// How long the calls of a server's methods took, and how they ended. Any thread: gRPC's count, the
// loop reads.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "platform/metrics/exposition.h"
#include "platform/metrics/latency.h"
#include "platform/rpc/stream.h"

namespace confab::rpc {

class CallTimes {
 public:
  explicit CallTimes(const std::vector<std::string>& methods);

  // Of a method that it does not know: nothing.
  void add(std::string_view method, Code code, Duration took);
  void expose(metrics::Exposition& out) const;

 private:
  static constexpr auto kCodes = std::to_array<std::pair<Code, std::string_view>>(
      {{Code::kOk, "ok"},
       {Code::kCancelled, "cancelled"},
       {Code::kUnknown, "unknown"},
       {Code::kInvalidArgument, "invalid_argument"},
       {Code::kDeadlineExceeded, "deadline_exceeded"},
       {Code::kNotFound, "not_found"},
       {Code::kAlreadyExists, "already_exists"},
       {Code::kPermissionDenied, "permission_denied"},
       {Code::kResourceExhausted, "resource_exhausted"},
       {Code::kFailedPrecondition, "failed_precondition"},
       {Code::kUnimplemented, "unimplemented"},
       {Code::kInternal, "internal"},
       {Code::kUnavailable, "unavailable"},
       {Code::kUnauthenticated, "unauthenticated"}});
  struct Method {
    std::string name;
    std::array<std::uint64_t, kCodes.size()> codes{};
    metrics::Latency latency;
  };

  mutable std::mutex mutex_;
  std::vector<Method> methods_;
};

}  // namespace confab::rpc
