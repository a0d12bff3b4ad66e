// What whoever looks after the server sees of running meetings, by REST: GET /api/stats and what is
// below it. Changes nothing. Loop thread only.
//
// What goes through media is asked of the media plane and waited for a moment: of one that does not
// answer in time it is null, and the rest is as signaling knows it.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "call/call.h"
#include "call/rate_limit.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "service/signaling/door.h"

namespace confab::signaling {

// What an answer may have of transports, producers and consumers together, at some 450 bytes each:
// 450 kB. A page ends before the participant who would bring more, unless it is the first.
inline constexpr std::size_t kStreamsPerAnswer = 1000;
// What all answers together may ask of the media plane, in streams: ten full pages at once, then
// four in a second. A meeting of 20 has 840, so that five people can watch it, every other second.
inline constexpr call::Rate kLookRate{10.0 * kStreamsPerAnswer, 4.0 * kStreamsPerAnswer};
// What a command costs beside them: 400 commands at once, then 140 in a second.
inline constexpr std::size_t kStreamsPerCommand = 25;
// Answers that wait for the media plane at the same time.
inline constexpr std::size_t kLooksMax = 64;
// Of the media plane. A person who looks waits no longer, and then asks again.
inline constexpr Duration kLookTime = 2s;

class StatsApi {
 public:
  // Goes on where a request may look, and answers where it may not; nobody may without it.
  using GoOn = std::move_only_function<void(http::Responder responder)>;
  using Watchers =
      std::function<void(const http::Request& request, http::Responder responder, GoOn then)>;
  using Answer = std::move_only_function<void(Result<call::ReplyBody> result)>;
  // Asks the media plane (call::MediaLook); answered once, at once or later.
  using Ask = std::function<void(MeetingId meeting, std::optional<ParticipantId> participant,
                                 Answer answer)>;

  // Declares its routes on `server`. References outlive it.
  StatsApi(const Config& config, http::EventLoop& loop, http::HttpServer& server,
           const call::Call& call, const Door& door, Ask ask);

  void set_watchers(Watchers watchers) { watchers_ = std::move(watchers); }
  void expose(metrics::Exposition& out) const;

 private:
  using Act = void (StatsApi::*)(const http::Request& request, http::Responder responder);
  using LookId = std::uint64_t;
  // What was found out; nothing for those whom the media plane said nothing of.
  struct Seen {
    control::MeetingStats stats;
    bool is_whole = false;  // all participants were asked about at once
    std::set<ParticipantId> participants;
  };
  using Then = std::move_only_function<void(const Seen& seen)>;
  struct Look {
    std::size_t missing = 0;
    Seen seen;
    std::unique_ptr<http::LoopTimer> timer;
    Then then;
  };

  void get_node(const http::Request& request, http::Responder responder);
  void list_meetings(const http::Request& request, http::Responder responder);
  void get_meeting(const http::Request& request, http::Responder responder);
  void get_participant(const http::Request& request, http::Responder responder);

  Result<void> may_look(std::size_t streams);
  void look(const call::MeetingSight& meeting, const std::vector<call::PersonSight>& people,
            Then then);
  void take(LookId id, std::optional<ParticipantId> participant,
            const Result<call::ReplyBody>& result);
  void finish(LookId id);
  static boost::json::object describe(const call::PersonSight& person);
  static boost::json::object describe(const call::PersonSight& person, const Seen& seen);

  const Config& config_;
  http::EventLoop& loop_;
  const call::Call& call_;
  const Door& door_;
  const Ask ask_;
  const std::int64_t since_ms_;
  Watchers watchers_;
  call::TokenBucket looks_left_;
  std::unordered_map<LookId, Look> looks_;
  LookId last_look_ = 0;
  std::uint64_t looks_done_ = 0;
  std::uint64_t looks_late_ = 0;
  std::uint64_t looks_refused_ = 0;
};

}  // namespace confab::signaling
