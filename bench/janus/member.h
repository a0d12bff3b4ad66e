// One participant of a videoroom, with the load generator's media: publishes on one connection,
// receives all feeds it is told of on another, as confab's participants do. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "bench/janus/sdp.h"
#include "bench/janus/session.h"
#include "platform/http_client/http_client.h"
#include "rtc/dtls/identity.h"
#include "service/loadtest/media_thread.h"

namespace confab::bench {

// What members share. The references outlive them.
struct MemberSurroundings {
  http::EventLoop& loop;
  const http::ClientTarget& target;
  const dtls::DtlsIdentity& identity;
  loadtest::MediaThread& media;
  WallMap wall;
  Random& random;
  std::int64_t room = 0;
  bool has_video = true;
  std::uint32_t verify_one_in = 1;
};

class Member {
 public:
  using Feed = std::int64_t;
  // A connection is up (empty), or why it is not. Not called from inside a call.
  using OnSettled = std::function<void(const std::string& failure)>;

  // `key`: of its sending transport on the media thread; key + 1 is the receiving one's.
  Member(const MemberSurroundings& around, loadtest::TransportKey key)
      : around_(around), key_(key) {}

  void publish(OnSettled on_settled);
  // The feeds of others, in a room where they are sent already.
  void subscribe(std::vector<Feed> feeds, OnSettled on_settled);
  void handle_transport(const loadtest::TransportEvent& event);

  // The room's name for what it publishes.
  Feed feed() const { return feed_; }

 private:
  void with_session(std::function<void()> then);
  void offer_media(JanusSession::HandleId handle);
  void handle_offer(JanusSession::HandleId handle, const PluginAnswer& answer);
  bool open_transport(loadtest::TransportKey key, const ortc::IceParameters& ours,
                      const Description& remote);
  Description ours() const;
  void settle(const std::string& failure);

  const MemberSurroundings& around_;
  loadtest::TransportKey key_;
  OnSettled on_settled_;
  std::optional<JanusSession> session_;
  Feed feed_ = 0;
};

}  // namespace confab::bench
