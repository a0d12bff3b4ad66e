// Who may ask for what: one right for each request, looked up in one table before its handler. A
// request without a right does not compile, and what the table does not say is not allowed.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "call/events.h"
#include "call/types.h"

namespace confab::call {

// What somebody is to a meeting, at this moment.
enum class Standing : std::uint8_t {
  kStranger,  // has not joined
  kWaiting,   // in the lobby
  kViewer,
  kMember,
  kCohost,
  kHost,
  kAdmin  // not in the meeting: whoever checks credentials says that the room is theirs
};
inline constexpr std::size_t kStandings = 7;

constexpr Standing standing_of(Role role) {
  switch (role) {
    case Role::kViewer:
      return Standing::kViewer;
    case Role::kMember:
      return Standing::kMember;
    case Role::kCohost:
      return Standing::kCohost;
    case Role::kHost:
      return Standing::kHost;
  }
  return Standing::kStranger;
}

enum class Right : std::uint8_t {
  kJoin,      // what becomes of it is decided at the door (handlers/admit.cpp)
  kLeave,     // also a place in the lobby
  kAttend,    // state, chat history, transports, consumers
  kPublish,   // camera, microphone, screen: which of them, the permits say
  kPauseOwn,  // what one has already may be paused and closed, whatever was taken away since
  kChat,
  kSelf,      // one's own hand and name
  kReport,    // how it goes for oneself
  kModerate,  // mute, ask to unmute, stop, lower hands
  kLobby,     // admit, deny, write to those who wait
  kRemove,    // remove, ban, lift a ban
  kLock,      // lock, password
  kRole,
  kSettings,
  kEnd,
  kDeleteChat,
  kList,  // the people of a meeting one is not in
};

enum class Verdict : std::uint8_t {
  kNo,
  kYes,
  kIfGranted  // by the permits: of the room for members, of a token for viewers
};

constexpr Verdict verdict(Right right, Standing who) {
  const bool is_inside = who >= Standing::kViewer && who <= Standing::kHost;
  const bool leads = who >= Standing::kCohost;
  const auto yes_if = [](bool may) { return may ? Verdict::kYes : Verdict::kNo; };
  switch (right) {
    case Right::kJoin:
      return yes_if(who != Standing::kAdmin);
    case Right::kLeave:
      return yes_if(is_inside || who == Standing::kWaiting);
    case Right::kAttend:
    case Right::kPauseOwn:
    case Right::kReport:
      return yes_if(is_inside);
    case Right::kPublish:
    case Right::kChat:
    case Right::kSelf:
      return is_inside ? Verdict::kIfGranted : Verdict::kNo;
    case Right::kModerate:
    case Right::kLobby:
    case Right::kRemove:
    case Right::kLock:
      return yes_if(leads);
    case Right::kRole:
    case Right::kSettings:
    case Right::kEnd:
    case Right::kDeleteChat:
      return yes_if(who >= Standing::kHost);
    case Right::kList:
      return yes_if(who == Standing::kAdmin);
  }
  return Verdict::kNo;
}

// ---- which right a request needs ----

template <Right kNeeded>
struct Needs {
  static constexpr Right value = kNeeded;
};
// Not defined for a request that nobody has thought about: that does not compile.
template <typename Request>
struct RightOf;

template <>
struct RightOf<Join> : Needs<Right::kJoin> {};
template <>
struct RightOf<Leave> : Needs<Right::kLeave> {};
template <>
struct RightOf<GetState> : Needs<Right::kAttend> {};
template <>
struct RightOf<GetChat> : Needs<Right::kAttend> {};
template <>
struct RightOf<CreateTransport> : Needs<Right::kAttend> {};
template <>
struct RightOf<ConnectTransport> : Needs<Right::kAttend> {};
template <>
struct RightOf<RestartIce> : Needs<Right::kAttend> {};
template <>
struct RightOf<CloseTransport> : Needs<Right::kAttend> {};
template <>
struct RightOf<Produce> : Needs<Right::kPublish> {};
template <>
struct RightOf<SetProducerPaused> : Needs<Right::kPauseOwn> {};
template <>
struct RightOf<CloseProducer> : Needs<Right::kPauseOwn> {};
template <>
struct RightOf<Consume> : Needs<Right::kAttend> {};
template <>
struct RightOf<SetConsumerPaused> : Needs<Right::kAttend> {};
template <>
struct RightOf<SetPreferredLayers> : Needs<Right::kAttend> {};
template <>
struct RightOf<GetStats> : Needs<Right::kAttend> {};
template <>
struct RightOf<CloseConsumer> : Needs<Right::kAttend> {};
template <>
struct RightOf<SendChat> : Needs<Right::kChat> {};
template <>
struct RightOf<SetHand> : Needs<Right::kSelf> {};
template <>
struct RightOf<SetName> : Needs<Right::kSelf> {};
template <>
struct RightOf<SendReport> : Needs<Right::kReport> {};
template <>
struct RightOf<MuteParticipant> : Needs<Right::kModerate> {};
template <>
struct RightOf<MuteAll> : Needs<Right::kModerate> {};
template <>
struct RightOf<AskToUnmute> : Needs<Right::kModerate> {};
template <>
struct RightOf<StopSource> : Needs<Right::kModerate> {};
template <>
struct RightOf<LowerHand> : Needs<Right::kModerate> {};
template <>
struct RightOf<LowerHands> : Needs<Right::kModerate> {};
template <>
struct RightOf<RemoveParticipant> : Needs<Right::kRemove> {};
template <>
struct RightOf<BanParticipant> : Needs<Right::kRemove> {};
template <>
struct RightOf<ListBans> : Needs<Right::kRemove> {};
template <>
struct RightOf<LiftBan> : Needs<Right::kRemove> {};
template <>
struct RightOf<SetRole> : Needs<Right::kRole> {};
template <>
struct RightOf<SetRoom> : Needs<Right::kSettings> {};
template <>
struct RightOf<SetLock> : Needs<Right::kLock> {};
template <>
struct RightOf<SetPassword> : Needs<Right::kLock> {};
template <>
struct RightOf<AdmitWaiting> : Needs<Right::kLobby> {};
template <>
struct RightOf<DenyWaiting> : Needs<Right::kLobby> {};
template <>
struct RightOf<AdmitAll> : Needs<Right::kLobby> {};
template <>
struct RightOf<WriteToLobby> : Needs<Right::kLobby> {};
template <>
struct RightOf<EndMeeting> : Needs<Right::kEnd> {};
template <>
struct RightOf<ListPeople> : Needs<Right::kList> {};
template <>
struct RightOf<DeleteMessage> : Needs<Right::kDeleteChat> {};

// By somebody who leads, or by an operator who is not in the meeting: these have a handler that
// asks for no seat.
template <typename T>
inline constexpr bool kIsModeration =
    RightOf<T>::value >= Right::kModerate && RightOf<T>::value <= Right::kList;

}  // namespace confab::call
