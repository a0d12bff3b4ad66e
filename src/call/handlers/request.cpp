// Finds the handler of a request, after the flood limit and the table of rights.
#include <type_traits>

#include "call/handlers/handlers.h"
#include "call/lobby.h"
#include "call/rights.h"

namespace confab::call {
namespace {

template <typename T>
constexpr RequestKind kind_of_request() {
  if constexpr (std::is_same_v<T, Join>) return RequestKind::kJoin;
  if constexpr (std::is_same_v<T, SendChat> || std::is_same_v<T, WriteToLobby>) {
    return RequestKind::kChat;
  }
  if constexpr (std::is_same_v<T, SendReport>) return RequestKind::kReport;
  constexpr bool is_other = kIsModeration<T> || std::is_same_v<T, Leave> ||
                            std::is_same_v<T, GetState> || std::is_same_v<T, GetChat> ||
                            std::is_same_v<T, SetHand> || std::is_same_v<T, SetName>;
  return is_other ? RequestKind::kOther : RequestKind::kMedia;
}

// Those whose answers grow with the meeting: priced by what the answers before them took.
template <typename T>
constexpr bool has_large_answer() {
  return std::is_same_v<T, Join> || std::is_same_v<T, GetState> || std::is_same_v<T, GetChat> ||
         std::is_same_v<T, GetStats>;
}

Standing standing_of(Core& core, ConnectionId connection) {
  if (const Asker asker = core.asker(connection)) return standing_of(asker.participant->role);
  const auto it = core.connections.find(connection);
  const bool waits = it != core.connections.end() && it->second.waiting.is_set();
  return waits ? Standing::kWaiting : Standing::kStranger;
}

bool is_granted(Right right, const Participant& asker) {
  const control::Permits& media = asker.permits.media;
  return right == Right::kPublish ? media.sources != 0 : media.can_publish_data;
}

// The one place that says no. False: the request was refused.
template <typename T>
bool is_allowed(Core& core, const Origin& origin, Standing who, const Participant* asker) {
  constexpr Right kRight = RightOf<T>::value;
  const Verdict found = verdict(kRight, who);
  const bool may = found == Verdict::kYes ||
                   (found == Verdict::kIfGranted && asker && is_granted(kRight, *asker));
  if (may) return true;
  if (who == Standing::kStranger || who == Standing::kWaiting) {
    core.refuse(origin, ErrorCode::kConflict,
                who == Standing::kWaiting ? "you are not let in yet" : "join a room first");
    return false;
  }
  ++core.totals.requests_forbidden;
  core.refuse(origin, ErrorCode::kForbidden, "you may not do this here");
  return false;
}

template <typename T>
void dispatch(Core& core, const Origin& origin, T request) {
  const Standing who = standing_of(core, origin.connection);
  const Asker asker = core.asker(origin.connection);
  if (!is_allowed<T>(core, origin, who, asker.participant)) return;
  if constexpr (std::is_same_v<T, Join>) {
    on_join(core, origin, std::move(request));
  } else if constexpr (kIsModeration<T>) {
    const By by{asker.meeting, asker.participant, who == Standing::kHost};
    on(core, origin, by, std::move(request));
  } else if (std::is_same_v<T, Leave> && who == Standing::kWaiting) {
    core.reply(origin, Done{});
    give_up_waiting(core, origin.connection);
  } else {
    on(core, origin, asker, std::move(request));
  }
}

}  // namespace

void on(Core& core, ClientRequest event) {
  core.trace = event.origin.trace;
  const auto it = core.connections.try_emplace(event.origin.connection, core.now).first;
  Connection& connection = it->second;
  // Whoever speaks is there.
  recover_waiting(core, event.origin.connection);
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

void on(Core& core, OperatorRequest event) {
  const Origin origin{{}, event.number, event.trace};
  core.trace = event.trace;
  Meeting* meeting = core.meeting(event.code);
  std::visit(
      [&]<typename T>(T& request) {
        const Standing who = event.is_admin ? Standing::kAdmin : Standing::kStranger;
        if (!event.is_admin) {
          ++core.totals.requests_forbidden;
          return core.refuse(origin, ErrorCode::kUnauthenticated, "show that the room is yours");
        }
        if (!is_allowed<T>(core, origin, who, nullptr)) return;
        if constexpr (kIsModeration<T>) {
          const bool is_open = meeting && meeting->phase != MeetingPhase::kLoading;
          if (!is_open) {
            return core.refuse(origin, ErrorCode::kNotFound, "nobody is in this room now");
          }
          on(core, origin, By{meeting, nullptr, true}, std::move(request));
        } else {
          core.refuse(origin, ErrorCode::kForbidden, "only who is in the meeting does this");
        }
      },
      event.request);
}

}  // namespace confab::call
