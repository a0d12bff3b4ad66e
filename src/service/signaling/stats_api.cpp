#include "service/signaling/stats_api.h"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <string>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/paging.h"
#include "platform/json/json.h"
#include "platform/version/version.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/report_words.h"

namespace confab::signaling {
namespace {

using boost::json::array;
using boost::json::object;
using http::Method;
using http::Request;
using http::Responder;
using http::Response;

constexpr char kMeetingList = 's';
constexpr char kPeopleList = 'p';

Response answer(const object& body) {
  Response response = Response::json(200, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response refusal(const Error& error) {
  Response response = Response::error(error);
  if (error.code == ErrorCode::kRateLimited) response.set_header("Retry-After", "2");
  return response;
}

Error not_found(std::string_view what) {
  return {ErrorCode::kNotFound, "there is no such " + std::string(what) + " on this node"};
}

object describe_meeting(const call::MeetingSight& meeting) {
  array places;
  for (const ShardAddress& place : meeting.places) {
    places.emplace_back(object{{"node", place.node}, {"shard", place.shard}});
  }
  return {{"id", meeting.id.to_string()},
          {"room", meeting.room.to_string()},
          {"title", meeting.title},
          {"since", meeting.since_ms},
          {"participants", meeting.participants},
          {"waiting", meeting.waiting},
          {"producers", meeting.producers},
          {"consumers", meeting.consumers},
          {"hasMedia", meeting.has_media},
          {"places", std::move(places)}};
}

object describe_joins(const JoinBook& joins, const ClientReports& reports) {
  object refused;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(ErrorCode::kInternal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    if (const auto count = joins.refused_count(code)) refused[error_code_name(code)] = count;
  }
  object gave_up;
  for (std::size_t i = 0; i < call::kJoinSteps; ++i) {
    if (const auto count = reports.failures(static_cast<call::JoinStep>(i))) {
      gave_up[kStepWords[i]] = count;
    }
  }
  array last;
  for (const JoinBook::Refusal& each : joins.last_refusals()) {
    last.emplace_back(object{
        {"at", each.at_ms}, {"code", error_code_name(each.code)}, {"message", each.message}});
  }
  return {{"letIn", joins.let_in_count()},
          {"lobby", joins.lobby_count()},
          {"refused", std::move(refused)},
          {"gaveUp", std::move(gave_up)},
          {"lastRefused", std::move(last)}};
}

template <typename T>
void append(const std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

// Producers and consumers say by their transport whose they are.
array transports_of(const control::MeetingStats& stats, const call::PersonSight& person,
                    std::set<TransportId>& found) {
  array out;
  for (const control::TransportStats& each : stats.transports) {
    if (each.participant != person.info.who.id) continue;
    found.insert(each.transport);
    object one = own::describe(each);
    const auto known =
        std::ranges::find(person.transports, each.transport, &call::TransportInfo::id);
    // As the participant sees it.
    if (known != person.transports.end()) one["direction"] = known->is_send ? "send" : "recv";
    out.emplace_back(std::move(one));
  }
  return out;
}

array producers_of(const control::MeetingStats& stats, const call::PersonSight& person,
                   const std::set<TransportId>& transports) {
  array out;
  for (const control::ProducerStats& each : stats.producers) {
    if (!transports.contains(each.transport)) continue;
    object one = own::describe(each);
    const auto known =
        std::ranges::find(person.info.producers, each.producer, &call::ProducerInfo::id);
    if (known != person.info.producers.end()) {
      one["source"] = own::source_name(known->source);
      one["paused"] = known->paused;
    }
    out.emplace_back(std::move(one));
  }
  return out;
}

array consumers_of(const control::MeetingStats& stats, const call::PersonSight& person,
                   const std::set<TransportId>& transports) {
  std::unordered_map<ConsumerId, const call::ReceivedSight*> known;
  for (const call::ReceivedSight& each : person.received) known.emplace(each.consumer, &each);
  array out;
  for (const control::ConsumerStats& each : stats.consumers) {
    if (!transports.contains(each.transport)) continue;
    object one = own::describe(each);
    const auto it = known.find(each.consumer);
    if (it != known.end()) {
      const call::ReceivedSight& received = *it->second;
      one["from"] = object{{"id", received.from.id.to_string()}, {"name", received.from.name}};
      one["source"] = own::source_name(received.source);
      one["paused"] = received.paused;
    }
    out.emplace_back(std::move(one));
  }
  return out;
}

}  // namespace

StatsApi::StatsApi(const Config& config, http::EventLoop& loop, http::HttpServer& server,
                   const call::Call& call, const Door& door, Ask ask)
    : config_(config),
      loop_(loop),
      call_(call),
      door_(door),
      ask_(std::move(ask)),
      since_ms_(wall_unix_ms()),
      looks_left_(kLookRate, monotonic_now()) {
  const auto route = [&](std::string_view pattern, Act act) {
    server.route(Method::kGet, pattern, [this, act](const Request& request, Responder responder) {
      if (!watchers_) {
        return responder.send(refusal({ErrorCode::kForbidden, "nobody may look here"}));
      }
      watchers_(request, std::move(responder), [this, act, request](Responder admitted) {
        (this->*act)(request, std::move(admitted));
      });
    });
  };
  route("/api/stats", &StatsApi::get_node);
  route("/api/stats/meetings", &StatsApi::list_meetings);
  route("/api/stats/meetings/:id", &StatsApi::get_meeting);
  route("/api/stats/meetings/:id/participants/:participant", &StatsApi::get_participant);
}

void StatsApi::get_node(const Request&, Responder responder) {
  const call::Counts held = call_.counts();
  responder.send(answer({{"node", config_.node},
                         {"build", build_id()},
                         {"since", since_ms_},
                         {"at", wall_unix_ms()},
                         {"meetings", held.meetings},
                         {"participants", held.participants},
                         {"sockets", door_.counts().sockets},
                         {"transports", held.transports},
                         {"producers", held.producers},
                         {"consumers", held.consumers},
                         {"mediaRequestsWaiting", held.requests_in_flight},
                         {"joins", describe_joins(door_.joins(), door_.client_reports())}}));
}

void StatsApi::list_meetings(const Request& request, Responder responder) {
  const auto page = http::page_of(request, kMeetingList);
  if (!page) return responder.send(refusal(page.error()));
  const auto after = page->after ? MeetingId::parse(*page->after) : MeetingId();
  if (!after) {
    return responder.send(
        refusal({ErrorCode::kInvalidArgument, "cursor: it is not one of this list"}));
  }
  const auto meetings = call_.meetings_after(*after, page->count);
  array list;
  for (const call::MeetingSight& each : meetings) list.emplace_back(describe_meeting(each));
  object body{{"node", config_.node}, {"meetings", std::move(list)}};
  if (meetings.size() == page->count) {
    body["next"] = http::cursor_of(kMeetingList, meetings.back().id.to_string());
  }
  responder.send(answer(body));
}

void StatsApi::get_meeting(const Request& request, Responder responder) {
  const auto page = http::page_of(request, kPeopleList);
  const auto after = page ? page->number_or(0) : std::unexpected(page.error());
  if (!after) return responder.send(refusal(after.error()));
  const auto id = MeetingId::parse(request.params.at("id"));
  const auto meeting = id ? call_.meeting(*id) : std::nullopt;
  if (!meeting) return responder.send(refusal(not_found("meeting")));
  // By name and role alone they are small, however much they receive.
  const bool wants_media = request.query_value("media") != "false";
  const auto people =
      call_.people_after(*id, static_cast<std::uint64_t>(*after), page->count,
                         wants_media ? kStreamsPerAnswer : std::numeric_limits<std::size_t>::max());
  object body{{"meeting", describe_meeting(*meeting)}};
  const bool is_more =
      !people.empty() && !call_.people_after(*id, people.back().order, 1, 1).empty();
  if (is_more) body["next"] = http::cursor_of(kPeopleList, std::to_string(people.back().order));
  if (!wants_media) {
    array list;
    for (const call::PersonSight& each : people) list.emplace_back(describe(each));
    body["participants"] = std::move(list);
    return responder.send(answer(body));
  }
  std::size_t streams = 0;
  for (const call::PersonSight& each : people) streams += each.streams();
  // Each is asked for by a command of its own, of which a media node takes 1,024 at once.
  if (people.size() != meeting->participants) streams += people.size() * kStreamsPerCommand;
  if (const auto may = may_look(streams); !may) return responder.send(refusal(may.error()));
  look(*meeting, people,
       [people, body = std::move(body), to = std::move(responder)](const Seen& seen) mutable {
         array list;
         for (const call::PersonSight& each : people) list.emplace_back(describe(each, seen));
         body["participants"] = std::move(list);
         to.send(answer(body));
       });
}

void StatsApi::get_participant(const Request& request, Responder responder) {
  const auto id = MeetingId::parse(request.params.at("id"));
  const auto who = ParticipantId::parse(request.params.at("participant"));
  const auto meeting = id ? call_.meeting(*id) : std::nullopt;
  if (!meeting) return responder.send(refusal(not_found("meeting")));
  auto person = who ? call_.person(*id, *who) : std::nullopt;
  if (!person) return responder.send(refusal(not_found("participant")));
  if (const auto may = may_look(person->streams()); !may) {
    return responder.send(refusal(may.error()));
  }
  look(*meeting, {*person}, [shown = *person, to = std::move(responder)](const Seen& seen) mutable {
    to.send(answer({{"participant", describe(shown, seen)}}));
  });
}

// ---- asking the media plane ----

Result<void> StatsApi::may_look(std::size_t streams) {
  const Instant now = monotonic_now();
  if (looks_.size() >= kLooksMax || !looks_left_.has_some(now)) {
    ++looks_refused_;
    return fail(ErrorCode::kRateLimited,
                "too much was asked of media lately; ask again in a moment, or for less");
  }
  looks_left_.charge(static_cast<double>(streams), now);
  return {};
}

// A page with everybody on it is one question, another page one for each on it.
void StatsApi::look(const call::MeetingSight& meeting, const std::vector<call::PersonSight>& people,
                    Then then) {
  const bool is_whole = people.size() == meeting.participants && people.size() > 1;
  const LookId id = ++last_look_;
  Look& begun = looks_[id];
  begun.missing = is_whole ? 1 : people.size();
  begun.then = std::move(then);
  begun.timer = std::make_unique<http::LoopTimer>(loop_);
  if (people.empty() || !meeting.has_media) return finish(id);
  begun.timer->set(monotonic_now() + kLookTime, [this, id] {
    ++looks_late_;
    finish(id);
  });
  const auto ask = [this, id, &meeting](std::optional<ParticipantId> who) {
    ask_(meeting.id, who,
         [this, id, who](const Result<call::ReplyBody>& result) { take(id, who, result); });
  };
  if (is_whole) return ask(std::nullopt);
  for (const call::PersonSight& each : people) ask(each.info.who.id);
}

void StatsApi::take(LookId id, std::optional<ParticipantId> participant,
                    const Result<call::ReplyBody>& result) {
  const auto it = looks_.find(id);
  if (it == looks_.end()) return;  // it was too late
  Look& asked = it->second;
  const auto* stats = result ? std::get_if<control::MeetingStats>(&*result) : nullptr;
  if (stats != nullptr) {
    asked.seen.is_whole = asked.seen.is_whole || !participant;
    if (participant) asked.seen.participants.insert(*participant);
    append(stats->transports, asked.seen.stats.transports);
    append(stats->producers, asked.seen.stats.producers);
    append(stats->consumers, asked.seen.stats.consumers);
  }
  if (--asked.missing == 0) finish(id);
}

void StatsApi::finish(LookId id) {
  auto node = looks_.extract(id);
  if (node.empty()) return;
  ++looks_done_;
  node.mapped().then(node.mapped().seen);
}

object StatsApi::describe(const call::PersonSight& person) {
  object out = own::describe(person.info);
  out["hidden"] = person.is_hidden;
  out["receives"] = person.received.size();
  return out;
}

object StatsApi::describe(const call::PersonSight& person, const Seen& seen) {
  object out = describe(person);
  if (!seen.is_whole && !seen.participants.contains(person.info.who.id)) {
    out["media"] = nullptr;
    return out;
  }
  std::set<TransportId> transports;
  object media;
  media["transports"] = transports_of(seen.stats, person, transports);
  media["producers"] = producers_of(seen.stats, person, transports);
  media["consumers"] = consumers_of(seen.stats, person, transports);
  out["media"] = std::move(media);
  return out;
}

void StatsApi::expose(metrics::Exposition& out) const {
  out.counter("signaling_looks", "Questions of operators that the media plane was asked.", {},
              looks_done_);
  out.counter("signaling_looks_late", "Of those, answered without it: it took too long.", {},
              looks_late_);
  out.counter("signaling_looks_refused", "Such questions over the limit.", {}, looks_refused_);
}

}  // namespace confab::signaling
