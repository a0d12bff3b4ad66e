#include "service/cli/parts/access_parts.h"

#include <array>
#include <string_view>

namespace confab::cli {
namespace {

// In the order of call::Milestone.
constexpr std::array<webhooks::Event, webhooks::kEvents> kEvents = {
    webhooks::Event::kRoomStarted,       webhooks::Event::kRoomFinished,
    webhooks::Event::kParticipantJoined, webhooks::Event::kParticipantLeft,
    webhooks::Event::kProducerPublished, webhooks::Event::kProducerUnpublished};

std::string_view reason_name(call::LeaveReason reason) {
  switch (reason) {
    case call::LeaveReason::kLeft:
      return "left";
    case call::LeaveReason::kTimeout:
      return "timeout";
    case call::LeaveReason::kRemoved:
      return "removed";
  }
  return "";
}

// As docs/protocol.md names sources.
std::string_view source_name(call::Source source) {
  switch (source) {
    case call::Source::kCamera:
      return "camera";
    case call::Source::kMicrophone:
      return "microphone";
    case call::Source::kScreen:
      return "screen";
    case call::Source::kScreenAudio:
      return "screen-audio";
  }
  return "";
}

webhooks::Happening happening_of(const call::Happened& happened) {
  webhooks::Happening out;
  out.event = kEvents[static_cast<std::size_t>(happened.what)];
  out.room = happened.code;
  out.meeting = happened.meeting.to_string();
  if (happened.who) {
    out.participant = happened.who->id.to_string();
    out.name = happened.who->name;
    out.role = call::role_name(happened.role);
  }
  if (happened.what == call::Milestone::kParticipantLeft) out.reason = reason_name(happened.reason);
  if (happened.producer) {
    out.producer = happened.producer->id.to_string();
    out.source = source_name(happened.producer->source);
  }
  return out;
}

}  // namespace

void AccessParts::let_operators_in() {
  access_.set_operators([this](const http::Request& request, access::Access::Operator found) {
    accounts_->sessions().find_shown(
        access::session_secret(request), request.remote.address,
        [found = std::move(found)](Result<std::optional<store::SessionOwner>> owner) mutable {
          if (!owner) return found(std::unexpected(std::move(owner).error()));
          const bool may = *owner && (*owner)->account.is_operator;
          found(may ? std::optional(access::account_identity((*owner)->account.id)) : std::nullopt);
        });
  });
}

void AccessParts::guard(signaling::SignalingService& signaling) {
  signaling.set_token_check([this](std::string_view token) { return access_.check(token); });
  signaling.watch_tokens([this](const auth::Claims& claims) { return access_.has_ended(claims); });
  signaling.set_room_authority([this](const http::Request& request, const store::RoomRecord& room) {
    return access_.may_lead(request, room.code, room.id.to_string());
  });
  signaling.set_room_makers(
      [this](const http::Request& request) { return access_.may_make_rooms(request); });
  signaling.set_room_listers(
      [this](const http::Request& request) { return access_.may_list_rooms(request); });
  if (accounts_) {
    accounts_->set_room_end([&signaling](const std::string& code) { signaling.forget_room(code); });
    signaling.set_account_check(
        {[](const http::Request& request) { return access::session_secret(request); },
         [this](const std::string& secret, std::optional<IpAddress> from,
                signaling::AccountCheck::Answer answer) {
           auto found = [answer = std::move(answer)](
                            Result<std::optional<store::SessionOwner>> owner) mutable {
             if (!owner) return answer(std::unexpected(std::move(owner).error()));
             if (!*owner) return answer(std::optional<signaling::SignedIn>{});
             store::AccountRecord& account = (*owner)->account;
             answer(signaling::SignedIn{access::account_identity(account.id),
                                        std::move(account.name)});
           };
           access::Sessions& sessions = accounts_->sessions();
           if (from) return sessions.find_shown(secret, *from, std::move(found));
           sessions.find(secret, std::move(found));
         },
         [this](const signaling::SignedIn& who, const http::Request& request,
                const std::string& room_id) {
           return access_.may_lead_own(who.identity, request, room_id);
         }});
  }
  signaling.set_watchers([this](const http::Request& request, http::Responder responder,
                                std::move_only_function<void(http::Responder to)> then) {
    access_.admit(request, auth::Scope::kOps, std::move(responder),
                  [then = std::move(then)](const access::Caller&, http::Responder to) mutable {
                    then(std::move(to));
                  });
  });
  signaling.set_books(
      [this](const call::Happened& happened) { webhooks_.tell(happening_of(happened)); });
}

}  // namespace confab::cli
