#include "platform/rpc/call_times.h"

#include <algorithm>

namespace confab::rpc {

CallTimes::CallTimes(const std::vector<std::string>& methods) {
  for (const std::string& name : methods) methods_.push_back({.name = name});
}

void CallTimes::add(std::string_view method, Code code, Duration took) {
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(methods_, method, &Method::name);
  const auto said = std::ranges::find(kCodes, code, &std::pair<Code, std::string_view>::first);
  if (known == methods_.end() || said == kCodes.end()) return;
  ++known->codes[static_cast<std::size_t>(said - kCodes.begin())];
  known->latency.add(took);
}

void CallTimes::expose(metrics::Exposition& out) const {
  const std::lock_guard lock(mutex_);
  for (const Method& method : methods_) {
    for (std::size_t i = 0; i < kCodes.size(); ++i) {
      out.counter("grpc_calls", "Calls of a method of gRPC that have ended, by their code.",
                  {{"method", method.name}, {"code", kCodes[i].second}}, method.codes[i]);
    }
    method.latency.expose("grpc_call_seconds", "How long they took; streams last for hours.",
                          {{"method", method.name}}, out);
  }
}

}  // namespace confab::rpc
