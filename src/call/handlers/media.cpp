// What the media plane says: answers, matched with what was asked, and news.
#include <algorithm>
#include <variant>

#include "call/handlers/handlers.h"

namespace confab::call {

Asker still_there(Core& core, const MediaInFlight& asked) {
  Meeting* meeting = core.meeting(asked.meeting);
  Participant* participant = meeting ? meeting->find(asked.participant) : nullptr;
  const bool is_same = participant && participant->media_epoch == asked.media_epoch;
  return {meeting, is_same ? participant : nullptr};
}

namespace {

struct Discard {
  Core& core;
  MeetingId meeting;
  void operator()(const control::TransportCreated& made) const {
    core.tell_media(meeting, control::CloseTransport{made.transport});
  }
  void operator()(const control::Produced& made) const {
    core.tell_media(meeting, control::CloseProducer{made.producer});
  }
  void operator()(const control::Consumed& made) const {
    core.tell_media(meeting, control::CloseConsumer{made.consumer});
  }
  // These make nothing that would need closing; a meeting is closed when it empties.
  void operator()(const control::Done&) const {}
  void operator()(const control::MeetingOpened&) const {}
  void operator()(const control::IceRestarted&) const {}
  void operator()(const control::MeetingStats&) const {}
  void operator()(const control::PermitsSet&) const {}
};

// Whether the answer is of the kind that was asked for. Another one is a fault of the media plane
// (in another process, perhaps of another version), and must not bring this one down.
template <typename Purpose>
struct Expected;
template <>
struct Expected<OpeningRouter> : std::type_identity<control::MeetingOpened> {};
template <>
struct Expected<ConnectingTransport> : std::type_identity<control::Done> {};
template <>
struct Expected<MakingTransport> : std::type_identity<control::TransportCreated> {};
template <>
struct Expected<MakingJoinTransport> : std::type_identity<control::TransportCreated> {};
template <>
struct Expected<Producing> : std::type_identity<control::Produced> {};
template <>
struct Expected<PuttingCapabilities> : std::type_identity<control::Done> {};
template <>
struct Expected<Consuming> : std::type_identity<control::Consumed> {};
template <>
struct Expected<Muting> : std::type_identity<control::Done> {};

template <typename Purpose>
bool is_expected(const Purpose&, const control::MediaResult& result) {
  return std::holds_alternative<typename Expected<Purpose>::type>(result);
}
bool is_expected(const Relayed&, const control::MediaResult& result) {
  return std::holds_alternative<control::Done>(result) ||
         std::holds_alternative<control::IceRestarted>(result) ||
         std::holds_alternative<control::MeetingStats>(result);
}

void settle(Core& core, control::RequestId id, Result<control::MediaResult> result) {
  auto node = core.media.extract(id);
  if (node.empty()) return;
  MediaInFlight& asked = node.mapped();
  core.timers.cancel(asked.timer);
  core.trace = asked.trace;
  std::visit(
      [&](auto& purpose) {
        if (result && !is_expected(purpose, *result)) {
          result = fail(ErrorCode::kInternal, "the media plane answered something else");
        }
        on_answer(core, asked, purpose, std::move(result));
      },
      asked.purpose);
}

void on_news(Core& core, Meeting& meeting, const control::TransportStateChanged& news) {
  Participant* owner = meeting.find(news.participant);
  if (!owner || !owner->transports.contains(news.transport)) return;
  core.notify({owner->connection}, TransportChanged{news.transport, news.state, news.reason});
  // Either way it is gone on the media plane, with what it carried.
  if (news.state == control::TransportState::kClosed ||
      news.state == control::TransportState::kFailed) {
    remove_transport(core, meeting, *owner, news.transport);
  }
}

void on_news(Core& core, Meeting& meeting, const control::ConsumerClosed& news) {
  const auto it = meeting.transport_owners.find(news.transport);
  Participant* owner = it == meeting.transport_owners.end() ? nullptr : meeting.find(it->second);
  if (!owner) return;
  const auto consumer = owner->consumers.find(news.consumer);
  if (consumer == owner->consumers.end()) return;
  const ProducerId producer = consumer->second.producer;
  meeting.remove_consumer(*owner, news.consumer);
  core.notify({owner->connection}, ConsumerRemoved{news.consumer, producer});
}

void on_news(Core& core, Meeting& meeting, const control::ConsumerQuality& news) {
  const auto it = meeting.transport_owners.find(news.transport);
  const Participant* owner =
      it == meeting.transport_owners.end() ? nullptr : meeting.find(it->second);
  if (!owner || !owner->consumers.contains(news.consumer)) return;
  core.notify({owner->connection}, QualityChanged{news.consumer, news.layers});
}

void on_news(Core&, Meeting&, const control::UnknownEvent&) {}

void on_news(Core& core, Meeting& meeting, const control::ActiveSpeakers& news) {
  meeting.speakers.clear();
  for (const control::AudioLevel& level : news.speakers) {
    if (const Participant* speaker = meeting.publisher_of(level.producer)) {
      meeting.speakers.push_back({speaker->who.id, level.producer, level.level_dbov});
    }
  }
  core.notify(meeting.connections_except(nullptr), SpeakersChanged{meeting.speakers});
}

void on_news(Core& core, Meeting& meeting, const control::MeetingLost& news) {
  if (meeting.phase != MeetingPhase::kOpen) return;
  core.log.write(LogLevel::kWarn, "media_lost",
                 {{"meeting", meeting.id.to_string()}, {"reason", news.reason}});
  meeting.phase = MeetingPhase::kReopening;
  meeting.reopen_attempts = 0;
  meeting.lost_reason = news.reason;
  meeting.published.clear();
  meeting.transport_owners.clear();
  meeting.speakers.clear();
  for (const auto& [id, participant] : meeting.participants) {
    participant->consumers.clear();
    participant->producers.clear();
    participant->producer_order.clear();
    participant->unsaid.paused.clear();
    participant->transports.clear();
    drop_media(core, meeting, *participant);
  }
  open_router(core, meeting);
}

// What is not theirs is nobody's business, whatever a media node of another version answers.
control::MeetingStats of_participant(control::MeetingStats stats, const ParticipantId& who) {
  std::erase_if(stats.transports, [&](const auto& each) { return each.participant != who; });
  const auto is_foreign = [&](const auto& each) {
    return std::ranges::none_of(stats.transports, [&](const control::TransportStats& own) {
      return own.transport == each.transport;
    });
  };
  std::erase_if(stats.producers, is_foreign);
  std::erase_if(stats.consumers, is_foreign);
  return stats;
}

}  // namespace

void discard_result(Core& core, MeetingId meeting, const control::MediaResult& result) {
  std::visit(Discard{core, meeting}, result);
}

void on(Core& core, control::MediaCompletion event) {
  if (core.media.contains(event.id)) return settle(core, event.id, std::move(event.result));
  // Nobody waits: it came after its deadline, or answers a close.
  if (event.result) discard_result(core, event.meeting, *event.result);
}

void on(Core& core, MediaLate timer) {
  settle(core, timer.request, fail(ErrorCode::kTimeout, "media did not answer in time"));
}

void on_answer(Core& core, MediaInFlight&, Relayed& purpose, Result<control::MediaResult> result) {
  if (!result) return core.refuse(purpose.origin, result.error());
  if (auto* restarted = std::get_if<control::IceRestarted>(&*result)) {
    return core.reply(purpose.origin, std::move(*restarted));
  }
  if (auto* stats = std::get_if<control::MeetingStats>(&*result)) {
    if (purpose.only_of) *stats = of_participant(std::move(*stats), *purpose.only_of);
    return core.reply(purpose.origin, std::move(*stats));
  }
  core.reply(purpose.origin, Done{});
}

void on(Core& core, control::MediaEvent event) {
  Meeting* meeting = core.meeting(event.meeting);
  if (!meeting) return;
  std::visit([&](const auto& news) { on_news(core, *meeting, news); }, event.body);
}

}  // namespace confab::call
