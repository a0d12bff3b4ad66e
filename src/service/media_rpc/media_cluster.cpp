#include "service/media_rpc/media_cluster.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace confab::media_rpc {

MediaCluster::MediaCluster(http::EventLoop& loop, const rpc::Credentials& credentials,
                           control::OwnerHello self, LogSink& log)
    : loop_(loop),
      credentials_(credentials),
      self_(std::move(self)),
      log_(log),
      choice_(self_.region),
      alive_(std::make_shared<MediaCluster*>(this)) {}

MediaCluster::~MediaCluster() {
  *alive_ = nullptr;
}

// ---- nodes ----

void MediaCluster::set_nodes(std::vector<Node> nodes) {
  named_ = std::move(nodes);
  settle();
}

// Lets go of who is not named and has nothing, and takes up who is named.
void MediaCluster::settle() {
  for (auto& [number, member] : members_) {
    member.is_named = std::ranges::find(named_, member.node) != named_.end();
    if (!member.is_named) choice_.remove(number);
  }
  // At another address it is another process.
  std::erase_if(members_, [](const auto& entry) { return entry.second.may_go(); });
  for (const Node& node : named_) {
    const auto there = members_.find(node.number);
    if (there == members_.end()) {
      add(node);
    } else if (there->second.node != node) {
      log_.write(LogLevel::kWarn, "media_node_twice",
                 {{"node", node.number}, {"named", there->second.is_named}});
    }
  }
}

// Not from inside what a member tells us: it may be the one that goes.
void MediaCluster::settle_soon() {
  if (std::ranges::none_of(members_, [](const auto& entry) { return entry.second.may_go(); }))
    return;
  loop_.post([alive = alive_] {
    if (*alive != nullptr) (*alive)->settle();
  });
}

void MediaCluster::add(const Node& node) {
  Member& member = members_[node.number];
  member.node = node;
  // A link that is made anew remembers nothing of the one before, whose requests, events and
  // meetings may still be there: to the media node it is another boot.
  control::OwnerHello self = self_;
  self.boot += links_++;
  member.media =
      std::make_unique<RemoteMedia>(loop_, node.target, credentials_, std::move(self), log_);
  member.media->set_listener(*this);
  const control::NodeNumber number = node.number;
  member.media->set_node_listener(
      {.on_up =
           [this, number](const control::MediaHello& hello) {
             Member& there = members_.at(number);
             // Ids made there name the number that it has, and it is found by them.
             if (hello.node != number) {
               log_.write(LogLevel::kError, "media_node_number",
                          {{"configured", number}, {"says", hello.node}});
               return;
             }
             there.is_up = true;
             there.region = hello.region;
             there.build = hello.build;
           },
       .on_load = [this, number](const control::Load& load) { change(number, load); },
       .on_lost =
           [this, number] {
             members_.at(number).is_up = false;
             choice_.remove(number);
           }});
}

// The first beat follows the greeting at once: from then on it may be given meetings.
void MediaCluster::change(control::NodeNumber number, const control::Load& load) {
  Member& member = members_.at(number);
  member.load = load;
  const bool takes = member.is_up && member.is_named && !load.is_draining && !load.is_leaving;
  if (takes) {
    choice_.set(number, member.region, load);
  } else {
    choice_.remove(number);
  }
}

std::vector<MediaCluster::NodeState> MediaCluster::states() const {
  std::vector<NodeState> out;
  for (const auto& [number, member] : members_) {
    out.push_back({number, member.region, member.build, member.is_up, member.is_named,
                   member.meetings, member.load});
  }
  std::ranges::sort(out, {}, &NodeState::number);
  return out;
}

void MediaCluster::drain(control::NodeNumber number, std::optional<Duration> deadline,
                         Drained answer) {
  const auto member = members_.find(number);
  if (member == members_.end()) {
    return answer(fail(ErrorCode::kNotFound, "there is no such media node"));
  }
  member->second.media->drain(deadline, std::move(answer));
}

void MediaCluster::use_credentials(const rpc::Credentials& credentials) {
  credentials_ = credentials;
  for (auto& [number, member] : members_) member.media->use_credentials(credentials);
}

// ---- commands ----

// One that is silent, or whose stream is broken, is passed over: its next beat brings it back.
std::optional<control::NodeNumber> MediaCluster::choose(const MeetingId& meeting) {
  for (;;) {
    const auto chosen = choice_.choose(meeting);
    if (!chosen || members_.at(*chosen).media->is_up()) return chosen;
    choice_.remove(*chosen);
  }
}

auto MediaCluster::home_of(const control::MediaCommand& command) -> Member* {
  const bool is_opening = std::holds_alternative<control::OpenMeeting>(command.request);
  auto home = homes_.find(command.meeting);
  if (home == homes_.end() && is_opening) {
    const auto chosen = choose(command.meeting);
    if (!chosen) return nullptr;
    home = homes_.emplace(command.meeting, *chosen).first;
    ++members_.at(*chosen).meetings;
    opening_.emplace(command.id, Opening{command.meeting, *chosen});
  }
  return home == homes_.end() ? nullptr : &members_.at(home->second);
}

void MediaCluster::send(control::MediaCommand command) {
  Member* member = home_of(command);
  if (member == nullptr) {
    if (!std::holds_alternative<control::OpenMeeting>(command.request)) {
      return refuse(command, ErrorCode::kNotFound, "this meeting has no media");
    }
    ++opens_refused_;
    return refuse(command, ErrorCode::kUnavailable, "no media node is there; try again");
  }
  const bool is_end = std::holds_alternative<control::CloseMeeting>(command.request);
  const MeetingId meeting = command.meeting;
  member->media->send(std::move(command));
  if (is_end) leave(meeting);
}

void MediaCluster::leave(const MeetingId& meeting) {
  const auto home = homes_.extract(meeting);
  if (home.empty()) return;
  --members_.at(home.mapped()).meetings;
}

void MediaCluster::refuse(const control::MediaCommand& command, ErrorCode code, const char* why) {
  // Posted like any other answer: never from inside send().
  loop_.post([alive = alive_, id = command.id, meeting = command.meeting, code, why] {
    if (*alive != nullptr) (*alive)->listener_->on_media_completion({id, meeting, fail(code, why)});
  });
}

// ---- what comes back ----

// A node that wants its meetings taken elsewhere may open one all the same, which it was sent
// before: by then the meeting has no home, or another.
void MediaCluster::settle_opening(control::MediaCompletion& completion) {
  const auto opening = opening_.extract(completion.id);
  if (opening.empty()) return;
  const auto home = homes_.find(opening.mapped().meeting);
  const bool is_home = home != homes_.end() && home->second == opening.mapped().node;
  if (is_home && !completion.result) {
    leave(opening.mapped().meeting);
  } else if (!is_home && completion.result) {
    completion.result = fail(ErrorCode::kUnavailable, "the media node is going down");
  }
}

void MediaCluster::on_media_completion(control::MediaCompletion completion) {
  CHECK(listener_ != nullptr);
  settle_opening(completion);
  settle_soon();
  listener_->on_media_completion(std::move(completion));
}

void MediaCluster::on_media_event(control::MediaEvent event) {
  CHECK(listener_ != nullptr);
  if (std::holds_alternative<control::MeetingLost>(event.body)) {
    ++meetings_lost_;
    leave(event.meeting);
    settle_soon();
  }
  listener_->on_media_event(std::move(event));
}

void MediaCluster::expose(metrics::Exposition& out) const {
  for (const auto& [number, member] : members_) {
    const std::string node = std::to_string(number);
    out.gauge("media_node_up", "Whether a media node answers.", {{"node", node}},
              member.is_up ? 1 : 0);
    out.gauge("media_node_meetings", "Meetings of ours on a media node.", {{"node", node}},
              static_cast<double>(member.meetings));
    out.gauge("media_node_waiting", "Commands to a media node without an answer.", {{"node", node}},
              static_cast<double>(member.media->waiting()));
  }
  out.counter("meetings_lost", "Meetings whose media node went away under them.", {},
              meetings_lost_);
  out.counter("meetings_homeless", "Meetings that were not opened: no media node was there.", {},
              opens_refused_);
}

}  // namespace confab::media_rpc
