// One participant of a load test, as a browser would be: connects, joins, opens its transports,
// publishes, consumes whatever the others publish. Loop thread only.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/random.h"
#include "platform/http_client/http_client.h"
#include "rtc/dtls/identity.h"
#include "rtc/ortc/types.h"
#include "service/loadtest/media_thread.h"
#include "service/loadtest/options.h"
#include "service/loadtest/report.h"
#include "service/loadtest/socketio_client.h"

namespace confab::loadtest {

// What participants share. All references outlive them.
struct Surroundings {
  http::EventLoop& loop;
  const Options& options;
  const http::ClientTarget& target;
  const dtls::DtlsIdentity& identity;
  WallMap wall;
  Random& random;
};

struct Role {
  std::string room;  // its code
  std::string name;
  bool publishes = true;
  bool subscribes = true;
};

class Participant {
 public:
  // kNew ─▶ kJoining ─▶ kConnecting ─▶ kReady ─▶ kLost, or kFailed from any of the first three.
  enum class State : std::uint8_t { kNew, kJoining, kConnecting, kReady, kFailed, kLost };
  // Called once for each of the last three states that it comes to; not from inside a call to it.
  // It must not be destroyed there.
  using OnChange = std::function<void(Participant& participant, State state)>;

  // `key`: of its send transport on `media`; key + 1 is the receive transport's.
  Participant(const Surroundings& around, Role role, MediaThread& media, TransportKey key,
              OnChange on_change);

  void start();
  // Says goodbye, so that the server need not wait for it to come back.
  void leave();
  void handle_transport(const TransportEvent& event);

  State state() const { return state_; }
  const JoinTimes& times() const { return times_; }
  const std::string& failure() const { return failure_; }
  TransportKey key() const { return key_; }

 private:
  struct Leg {
    TransportKey key = 0;
    std::string id;  // at the server; empty: not wanted
    bool is_connected = false;
  };

  void handle_connected();
  void handle_joined(const boost::json::value& answer);
  void handle_event(std::string_view name, const std::string& args_json);
  void handle_producer(const std::string& args_json);
  // The media plane lost the meeting: builds everything anew, as a browser does.
  void rebuild();
  void reopen_leg(Leg& leg, std::string_view direction);
  void read_others(const boost::json::value& answer);
  Result<void> open_leg(Leg& leg, const boost::json::value& transport);
  void announce_fingerprint(const Leg& leg);
  void publish_all(const ortc::RtpCapabilities& router);
  template <typename Track>
  void produce(ortc::MediaKind kind, const Track& offer);
  void consume(const std::string& producer);
  void handle_consumed(const boost::json::value& answer);
  void request(std::string_view event, const boost::json::object& payload,
               std::move_only_function<void(const boost::json::value& answer)> then);
  bool is_over() const { return state_ == State::kFailed || state_ == State::kLost; }
  void check_ready();
  void fail_with(std::string why);
  void change_to(State state);

  const Surroundings& around_;
  Role role_;
  MediaThread& media_;
  TransportKey key_;
  OnChange on_change_;

  State state_ = State::kNew;
  Instant started_at_{};
  JoinTimes times_;
  std::string failure_;
  Leg send_;
  Leg receive_;
  ortc::RtpCapabilities router_;
  boost::json::object capabilities_;  // the router's, given back as ours
  bool has_sent_capabilities_ = false;
  std::unordered_set<std::string> consumed_;
  std::vector<std::string> announced_;  // before there was something to consume them with
  std::optional<Instant> lost_at_;      // when media was lost last
  std::optional<SocketIoClient> socket_;
};

}  // namespace confab::loadtest
