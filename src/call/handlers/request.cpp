// Finds the handler of a request, after the flood limit and "join first".
#include <type_traits>

#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

template <typename T>
constexpr RequestKind kind_of_request() {
  if constexpr (std::is_same_v<T, Join>) return RequestKind::kJoin;
  if constexpr (std::is_same_v<T, SendChat>) return RequestKind::kChat;
  constexpr bool is_other = std::is_same_v<T, Leave> || std::is_same_v<T, GetState> ||
                            std::is_same_v<T, GetChat> || std::is_same_v<T, SetHand> ||
                            std::is_same_v<T, SetName>;
  return is_other ? RequestKind::kOther : RequestKind::kMedia;
}

// Those whose answers grow with the meeting: priced by what the answers before them took.
template <typename T>
constexpr bool has_large_answer() {
  return std::is_same_v<T, Join> || std::is_same_v<T, GetState> || std::is_same_v<T, GetChat>;
}

template <typename T>
void dispatch(Core& core, const Origin& origin, T request) {
  const Asker asker = core.asker(origin.connection);
  if (!asker) {
    core.refuse(origin, ErrorCode::kConflict, "join a room first");
    return;
  }
  on(core, origin, asker, std::move(request));
}

void dispatch(Core& core, const Origin& origin, Join request) {
  on_join(core, origin, std::move(request));
}

}  // namespace

void on(Core& core, ClientRequest event) {
  core.trace = event.origin.trace;
  const auto it = core.connections.try_emplace(event.origin.connection, core.now).first;
  Connection& connection = it->second;
  std::visit(
      [&]<typename T>(T& request) {
        const bool is_within = connection.limiter.take(kind_of_request<T>(), core.now) &&
                               (!has_large_answer<T>() || connection.answers.has_some(core.now));
        if (!is_within) {
          core.refuse(event.origin, ErrorCode::kRateLimited, "too many requests; wait a second");
          return;
        }
        dispatch(core, event.origin, std::move(request));
      },
      event.request);
}

}  // namespace confab::call
