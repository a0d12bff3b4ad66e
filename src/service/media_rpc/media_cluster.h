// MediaControl over many media nodes: finds a home for each meeting, sends its commands there, and
// tells its owner when the home is gone: to open it again is to place it again. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "control/media.h"
#include "control/session/node_choice.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "service/media_rpc/remote_media.h"

namespace confab::media_rpc {

class MediaCluster final : public control::MediaControl, private control::MediaListener {
 public:
  // A media node, as configuration or discovery names it.
  struct Node {
    control::NodeNumber number = 0;
    std::string target;  // "10.0.0.5:50051"
    bool operator==(const Node&) const = default;
  };

  // References outlive it.
  MediaCluster(http::EventLoop& loop, const rpc::Credentials& credentials, control::OwnerHello self,
               LogSink& log);
  ~MediaCluster() override;

  // Before the first command.
  void set_listener(control::MediaListener& listener) { listener_ = &listener; }
  // Those that there are, from now on. One that is not named any more gets no new meetings, and is
  // let go of once it has none. Of two of one number the one that is known keeps it.
  void set_nodes(std::vector<Node> nodes);

  // For the connections that are made from now on.
  void use_credentials(const rpc::Credentials& credentials);

  void send(control::MediaCommand command) override;

  // ---- for whoever looks after the nodes ----
  struct NodeState {
    control::NodeNumber number = 0;
    std::string region;
    std::string build;
    bool is_up = false;
    bool is_named = true;      // else it goes once its last meeting is over
    std::size_t meetings = 0;  // of ours
    control::Load load;        // as it last said, while it is up
  };
  // By their numbers.
  std::vector<NodeState> states() const;
  // It takes no new meetings, and after `deadline` has those that it has taken elsewhere; nothing:
  // it takes meetings again. kNotFound for a node that is not there.
  void drain(control::NodeNumber number, std::optional<Duration> deadline, Drained answer);

  // May a meeting be opened?
  bool is_ready() const { return !choice_.empty(); }
  std::size_t nodes() const { return members_.size(); }
  void expose(metrics::Exposition& out) const;

 private:
  struct Member {
    Node node;
    std::unique_ptr<RemoteMedia> media;
    std::string region;
    std::string build;
    control::Load load;
    bool is_up = false;
    bool is_named = true;
    std::size_t meetings = 0;
    // It has answered everything: also that its last meeting is closed.
    bool may_go() const { return !is_named && meetings == 0 && media->waiting() == 0; }
  };

  void on_media_completion(control::MediaCompletion completion) override;
  void on_media_event(control::MediaEvent event) override;

  void add(const Node& node);
  void settle();
  void settle_soon();
  void change(control::NodeNumber number, const control::Load& load);
  std::optional<control::NodeNumber> choose(const MeetingId& meeting);
  Member* home_of(const control::MediaCommand& command);
  void leave(const MeetingId& meeting);
  void settle_opening(control::MediaCompletion& completion);
  void refuse(const control::MediaCommand& command, ErrorCode code, const char* why);

  http::EventLoop& loop_;
  rpc::Credentials credentials_;
  const control::OwnerHello self_;
  LogSink& log_;
  control::MediaListener* listener_ = nullptr;
  control::NodeChoice choice_;
  std::vector<Node> named_;
  std::uint64_t links_ = 0;  // that were made so far
  std::unordered_map<control::NodeNumber, Member> members_;
  std::unordered_map<MeetingId, control::NodeNumber> homes_;
  // Opens that are on their way: one that fails leaves its meeting without a home.
  struct Opening {
    MeetingId meeting;
    control::NodeNumber node = 0;
  };
  std::unordered_map<control::RequestId, Opening> opening_;
  std::uint64_t meetings_lost_ = 0;
  std::uint64_t opens_refused_ = 0;
  std::shared_ptr<MediaCluster*> alive_;
};

}  // namespace confab::media_rpc
