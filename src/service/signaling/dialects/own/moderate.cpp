// What hosts do to others. REST has the same requests and answers (service/rest/room_requests.h).
#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

ParticipantId read_target(const json::Reader& in) {
  return ortc_json::read_id<ParticipantId>(in["participantId"]);
}

call::Source source_or(const json::Reader& in, call::Source otherwise) {
  return in["source"].present() ? read_source(in["source"]) : otherwise;
}

call::Request read_mute(const json::Reader& in, const ReadContext&) {
  return call::MuteParticipant{read_target(in), source_or(in, call::Source::kMicrophone)};
}

call::Request read_ask(const json::Reader& in, const ReadContext&) {
  call::AskToUnmute out{read_target(in), source_or(in, call::Source::kMicrophone)};
  const bool is_ask =
      out.source == call::Source::kMicrophone || out.source == call::Source::kCamera;
  if (!is_ask) in["source"].fail("expected \"microphone\" or \"camera\"");
  return out;
}

call::Request read_stop(const json::Reader& in, const ReadContext&) {
  return call::StopSource{read_target(in), read_source(in["source"])};
}

call::Request read_role(const json::Reader& in, const ReadContext&) {
  return call::SetRole{read_target(in), read_role_name(in["role"])};
}

template <typename T>
call::Request read_targeted(const json::Reader& in, const ReadContext&) {
  return T{read_target(in)};
}

template <typename T>
call::Request read_nothing(const json::Reader&, const ReadContext&) {
  return T{};
}

call::Request read_lift(const json::Reader& in, const ReadContext&) {
  return call::LiftBan{ortc_json::read_id<call::BanId>(in["banId"])};
}

Outgoing write_muted(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"muted", std::get<call::Counted>(body).count}});
}

Outgoing write_lowered(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"lowered", std::get<call::Counted>(body).count}});
}

Outgoing write_ban(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"banId", std::get<call::Banned>(body).ban.to_string()}});
}

Outgoing write_bans(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"bans", describe(std::get<call::BanList>(body))}});
}

}  // namespace

const EventCodec kParticipantMute{"participant:mute", read_mute, acknowledge_done};
const EventCodec kParticipantAskUnmute{"participant:ask-unmute", read_ask, acknowledge_done};
const EventCodec kParticipantStop{"participant:stop", read_stop, acknowledge_done};
const EventCodec kParticipantRemove{"participant:remove", read_targeted<call::RemoveParticipant>,
                                    acknowledge_done};
const EventCodec kParticipantBan{"participant:ban", read_targeted<call::BanParticipant>, write_ban};
const EventCodec kParticipantRole{"participant:role", read_role, acknowledge_done};
const EventCodec kHandLower{"hand:lower", read_targeted<call::LowerHand>, acknowledge_done};
const EventCodec kMeetingMuteAll{"meeting:mute-all", read_nothing<call::MuteAll>, write_muted};
const EventCodec kMeetingLowerHands{"meeting:lower-hands", read_nothing<call::LowerHands>,
                                    write_lowered};
const EventCodec kMeetingEnd{"meeting:end", read_nothing<call::EndMeeting>, acknowledge_done};
const EventCodec kBanList{"ban:list", read_nothing<call::ListBans>, write_bans};
const EventCodec kBanLift{"ban:lift", read_lift, acknowledge_done};

}  // namespace confab::signaling::own
