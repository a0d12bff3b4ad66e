// One thread of media sockets with everything that belongs to it: ciphers, randomness, counts. The
// signaling side speaks of transports by keys of its own choosing and hears back on its loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "base/error.h"
#include "base/instant.h"
#include "base/net.h"
#include "client/stats.h"
#include "client/subscriber.h"
#include "client/track.h"
#include "client/transport.h"
#include "platform/http/event_loop.h"
#include "platform/udp_clients/udp_clients.h"
#include "rtc/dtls/identity.h"

namespace confab::loadtest {

using TransportKey = std::uint64_t;

struct TransportEvent {
  TransportKey key = 0;
  bool is_connected = false;  // false: it failed, or was never opened
  Duration time_to_connect{};
  std::string why;  // of a failure
};

// What one thread has counted so far.
struct MediaSnapshot {
  client::Stats stats;
  UdpLoopCounters sockets;

  void add(const MediaSnapshot& other);
};

class MediaThread {
 public:
  using OnEvent = std::function<void(TransportEvent event)>;

  // `on_event` and the answers of collect() are called on `loop`, which must outlive the object.
  MediaThread(http::EventLoop& loop, const dtls::DtlsIdentity& identity, OnEvent on_event);
  ~MediaThread();
  MediaThread(const MediaThread&) = delete;
  MediaThread& operator=(const MediaThread&) = delete;

  void open(TransportKey key, const Endpoint& remote, client::TransportConfig config);
  void publish(TransportKey key, const client::AudioTrack& track);
  void publish(TransportKey key, const client::VideoTrack& track);
  void receive(TransportKey key, const client::ReceiveConfig& config);
  void close(TransportKey key);

  // Counts from zero again.
  void clear();
  void collect(std::function<void(const MediaSnapshot& snapshot)> answer);

 private:
  struct State;
  template <typename Change>
  void change(TransportKey key, Change change);

  http::EventLoop& loop_;
  std::shared_ptr<State> state_;  // shared with posted tasks; touched on the UDP loop's thread only
  // Last, so that its thread ends before anything else goes.
  UdpClientLoop udp_;
};

}  // namespace confab::loadtest
