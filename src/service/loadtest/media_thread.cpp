#include "service/loadtest/media_thread.h"

#include <unordered_map>
#include <utility>

#include "platform/random/secure_random.h"
#include "rtc/srtp/crypto.h"

namespace confab::loadtest {

struct MediaThread::State {
  State(const dtls::DtlsIdentity& i, std::function<void(TransportEvent)> r)
      : identity(i), report(std::move(r)) {}

  const dtls::DtlsIdentity& identity;
  std::function<void(TransportEvent)> report;
  std::unique_ptr<srtp::CryptoProvider> crypto = srtp::make_crypto_provider();
  SecureRandom random;
  client::Stats stats;
  UdpLoopCounters sockets_at_clear;
  std::unordered_map<TransportKey, UdpClientLoop::ClientId> clients;
};

namespace {

// A transport on its socket. Says once when it is connected, and once when it failed.
class TransportClient final : public UdpClient {
 public:
  using State = client::Transport::State;

  TransportClient(TransportKey key, std::unique_ptr<client::Transport> transport,
                  const std::function<void(TransportEvent)>& report)
      : key_(key), transport_(std::move(transport)), report_(report) {}

  void handle_open(Instant now, DatagramBatch& out) override {
    transport_->start(now, out);
    note_state();
  }
  void handle_packet(Instant now, MutableBytes datagram, DatagramBatch& out) override {
    transport_->handle_packet(now, datagram, out);
    note_state();
  }
  void handle_timeout(Instant now, DatagramBatch& out) override {
    transport_->handle_timeout(now, out);
    note_state();
  }
  Instant next_timeout() const override { return transport_->next_timeout(); }

  client::Transport& transport() { return *transport_; }

 private:
  void note_state() {
    const State state = transport_->state();
    if (state == seen_) return;
    const State before = std::exchange(seen_, state);
    if (state == State::kConnected) {
      report_({.key = key_,
               .is_connected = true,
               .time_to_connect = transport_->time_to_connect(),
               .why = {}});
    } else if (state == State::kFailed) {
      report_({.key = key_,
               .is_connected = false,
               .time_to_connect = {},
               .why = describe_failure(before)});
    }
  }

  static std::string describe_failure(State at) {
    switch (at) {
      case State::kNew:
        return "the server's fingerprints make no sense";
      case State::kChecking:
        return "no answer to ICE checks";
      case State::kHandshaking:
        return "the DTLS handshake failed";
      case State::kConnected:
      case State::kFailed:
        return "the path or the association was lost";
    }
    return {};
  }

  TransportKey key_;
  std::unique_ptr<client::Transport> transport_;
  const std::function<void(TransportEvent)>& report_;
  State seen_ = State::kNew;
};

}  // namespace

void MediaSnapshot::add(const MediaSnapshot& other) {
  stats.merge(other.stats);
  sockets.datagrams_received += other.sockets.datagrams_received;
  sockets.datagrams_sent += other.sockets.datagrams_sent;
  sockets.receive_calls += other.sockets.receive_calls;
  sockets.send_calls += other.sockets.send_calls;
  sockets.send_refused += other.sockets.send_refused;
  sockets.receive_overflows += other.sockets.receive_overflows;
}

MediaThread::MediaThread(http::EventLoop& loop, const dtls::DtlsIdentity& identity,
                         OnEvent on_event)
    : loop_(loop) {
  // The handler stays on the loop's side: it is called there, and only there.
  state_ = std::make_shared<State>(
      identity, [&loop, on_event = std::move(on_event)](TransportEvent event) {
        loop.post([on_event, event = std::move(event)]() mutable { on_event(std::move(event)); });
      });
}

MediaThread::~MediaThread() = default;

void MediaThread::open(TransportKey key, const Endpoint& remote, client::TransportConfig config) {
  udp_.post([this, key, remote, config = std::move(config)](Instant now) {
    auto transport = std::make_unique<client::Transport>(config, state_->identity, *state_->crypto,
                                                         state_->random, state_->stats);
    const auto id = udp_.add(
        now, remote, std::make_unique<TransportClient>(key, std::move(transport), state_->report));
    if (id) {
      state_->clients.emplace(key, *id);
    } else {
      state_->report(
          {.key = key, .is_connected = false, .time_to_connect = {}, .why = id.error().message});
    }
  });
}

template <typename Change>
void MediaThread::change(TransportKey key, Change change) {
  udp_.post([this, key, change = std::move(change)](Instant now) {
    const auto at = state_->clients.find(key);
    if (at == state_->clients.end()) return;
    change(now, static_cast<TransportClient*>(udp_.find(at->second))->transport());
    udp_.touch(at->second);
  });
}

void MediaThread::publish(TransportKey key, const client::AudioTrack& track) {
  change(key, [track](Instant now, client::Transport& t) { t.publish(now, track); });
}

void MediaThread::publish(TransportKey key, const client::VideoTrack& track) {
  change(key, [track](Instant now, client::Transport& t) { t.publish(now, track); });
}

void MediaThread::receive(TransportKey key, const client::ReceiveConfig& config) {
  change(key, [config](Instant now, client::Transport& t) { t.receive(now, config); });
}

void MediaThread::close(TransportKey key) {
  udp_.post([this, key](Instant) {
    const auto client = state_->clients.extract(key);
    if (!client.empty()) udp_.remove(client.mapped());
  });
}

void MediaThread::clear() {
  udp_.post([this](Instant) {
    state_->stats = {};
    state_->sockets_at_clear = udp_.counters();
  });
}

void MediaThread::collect(std::function<void(const MediaSnapshot&)> answer) {
  udp_.post([this, answer = std::move(answer)](Instant) mutable {
    const UdpLoopCounters now = udp_.counters();
    const UdpLoopCounters& then = state_->sockets_at_clear;
    MediaSnapshot snapshot{
        .stats = state_->stats,
        .sockets = {.datagrams_received = now.datagrams_received - then.datagrams_received,
                    .datagrams_sent = now.datagrams_sent - then.datagrams_sent,
                    .receive_calls = now.receive_calls - then.receive_calls,
                    .send_calls = now.send_calls - then.send_calls,
                    .send_refused = now.send_refused - then.send_refused,
                    .receive_overflows = now.receive_overflows - then.receive_overflows}};
    loop_.post([answer = std::move(answer), snapshot] { answer(snapshot); });
  });
}

}  // namespace confab::loadtest
