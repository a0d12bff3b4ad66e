// What a command to a media node costs over gRPC on loopback: p50 and p99 of each kind, first on a
// quiet link, then with 200 joins a second on the same one; beside each an HTTP/1.1 round trip on a
// kept connection with the same RTP parameters as JSON, parsed and answered by our own server on
// the media node's loop. Owner, media node and HTTP client are threads of one process. JSON on
// standard output.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "platform/clock/clock.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/json/json.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/router_capabilities.h"
#include "service/media/local_media.h"
#include "service/media_rpc/media_server.h"
#include "service/media_rpc/remote_media.h"
#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"
#include "sim/parameters.h"

namespace confab {
namespace {

constexpr int kRounds = 400;
constexpr unsigned kJoinsPerSecond = 200;

// A loop on a thread of its own.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.run(); }) {}
  ~LoopThread() {
    loop.stop();
    thread_.join();
  }
  void run(std::function<void()> task) {
    std::promise<void> done;
    loop.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  http::EventLoop loop;

 private:
  std::thread thread_;
};

ortc::CapabilitiesHash codec_hash() {
  return ortc::capabilities_hash(*ortc::router_capabilities(ortc::default_router_codecs()));
}

// The media node's thread: shards, their door, and the HTTP server that is compared with.
class Node {
 public:
  Node() {
    thread_.run([this] { start(); });
  }
  ~Node() {
    thread_.run([this] {
      http_.reset();
      door_.reset();
      media_.reset();
    });
  }
  std::string rpc_target() const { return "127.0.0.1:" + std::to_string(door_->port()); }
  std::uint16_t http_port() const { return http_port_; }

 private:
  void start() {
    MediaConfig config;
    const IpAddress loopback = IpAddress::v4(0x7f000001);
    config.addresses = {{loopback, loopback}};
    config.port = 47100;
    config.shards = 1;
    auto media = media::LocalMedia::start(
        config, 1, *dtls::DtlsIdentity::generate(1'700'000'000), null_log(),
        [this](auto task) { thread_.loop.post(std::move(task)); });
    CHECK(media.has_value());
    media_ = std::move(*media);
    media_rpc::MediaServer::Setup setup;
    setup.self = {.node = 1, .boot = 1, .shards = 1, .codec_hash = codec_hash()};
    setup.listen = {loopback, 0};
    auto door = media_rpc::MediaServer::start(std::move(setup), thread_.loop, *media_, null_log());
    CHECK(door.has_value());
    door_ = std::move(*door);
    media_->set_listener(*door_);
    http_ = std::make_unique<http::HttpServer>(thread_.loop, http::ServerOptions{}, null_log());
    http_->route(http::Method::kPost, "/produce", answer_produce);
    const auto listening = http_->listen({loopback, 0});
    CHECK(listening.has_value());
    http_port_ = listening->port;
  }
  static void answer_produce(const http::Request& request, http::Responder responder) {
    const auto parsed = json::parse(request.body, 1'000'000);
    CHECK(parsed.has_value());
    json::ReadStatus status;
    const json::Reader root(*parsed, status, "produce");
    const auto parameters =
        ortc_json::read_rtp_parameters(root["rtpParameters"], ortc::MediaKind::kVideo);
    CHECK(status.ok() && !parameters.encodings.empty());
    responder.send(http::Response::json(200, R"({"id":"pr_00000000000000000000000000"})"));
  }

  std::unique_ptr<media::LocalMedia> media_;
  std::unique_ptr<media_rpc::MediaServer> door_;
  std::unique_ptr<http::HttpServer> http_;
  std::uint16_t http_port_ = 0;
  LoopThread thread_;
};

// The owner's thread.
class Owner final : public control::MediaListener {
 public:
  using Then = std::function<void(Result<control::MediaResult>)>;

  explicit Owner(const std::string& target) {
    thread_.run([&] {
      control::OwnerHello self;
      self.boot = 2;
      self.codec_hash = codec_hash();
      remote_ = std::make_unique<media_rpc::RemoteMedia>(thread_.loop, target, rpc::Credentials{},
                                                         self, null_log());
      remote_->set_listener(*this);
    });
    for (bool up = false; !up; std::this_thread::sleep_for(1ms)) {
      thread_.run([&] { up = remote_->is_up(); });
    }
    load_ = std::make_unique<http::LoopTimer>(thread_.loop);
  }
  ~Owner() override {
    thread_.run([this] {
      load_.reset();
      remote_.reset();
    });
  }

  // Waits for the answer; its time is taken on the loop.
  control::MediaResult ask(const std::string& name, control::MediaRequest request) {
    return ask(name, std::move(request), meeting_);
  }
  control::MediaResult ask(const std::string& name, control::MediaRequest request,
                           const MeetingId& where) {
    std::promise<control::MediaResult> answer;
    thread_.loop.post([&] {
      const Instant begun = monotonic_now();
      send(where, std::move(request), [&, begun](Result<control::MediaResult> result) {
        times[name].push_back(monotonic_now() - begun);
        CHECK(result.has_value());
        answer.set_value(std::move(*result));
      });
    });
    return answer.get_future().get();
  }
  void begin_joins() {
    thread_.run([this] { join_again(monotonic_now()); });
  }
  std::uint64_t joins() const { return joins_; }

  std::map<std::string, std::vector<Duration>> times;

 private:
  void send(const MeetingId& where, control::MediaRequest request, Then then) {
    const control::RequestId id = ++last_id_;
    waiting_.emplace(id, std::move(then));
    remote_->send({id, where, std::move(request)});
  }
  void on_media_completion(control::MediaCompletion completion) override {
    auto then = std::move(waiting_.extract(completion.id).mapped());
    then(std::move(completion.result));
  }
  void on_media_event(control::MediaEvent) override {}

  // A join as signaling has it: a receiver and a sender made, connected, one track sent, one second
  // of stay.
  void join_again(Instant due) {
    const Instant next = due + std::chrono::duration_cast<Duration>(
                                   std::chrono::duration<double>(1.0 / kJoinsPerSecond));
    load_->set(next, [this, next] { join_again(next); });
    ++joins_;
    const auto room = std::make_shared<MeetingId>(MeetingId::random(random_));
    send(*room, control::OpenMeeting{}, [](const auto&) {});
    const auto participant = ParticipantId::random(random_);
    send(*room, control::Admit{participant, {}}, [](const auto&) {});
    for (const auto direction :
         {control::TransportDirection::kSend, control::TransportDirection::kReceive}) {
      send(*room, control::CreateTransport{participant, direction},
           [this, room, direction](const Result<control::MediaResult>& made) {
             if (!made) return;
             const auto id = std::get<control::TransportCreated>(*made).transport;
             connect(*room, id);
             if (direction == control::TransportDirection::kSend) produce(*room, id);
           });
    }
    open_.push_back(*room);
    if (open_.size() < std::size_t{kJoinsPerSecond}) return;
    send(open_.front(), control::CloseMeeting{}, [](const auto&) {});
    open_.erase(open_.begin());
  }
  void connect(const MeetingId& room, const TransportId& id) {
    send(room, control::ConnectTransport{id, dtls_}, [](const auto&) {});
  }
  void produce(const MeetingId& room, const TransportId& id) {
    control::Produce produce;
    produce.transport = id;
    produce.kind = ortc::MediaKind::kVideo;
    produce.rtp_parameters = sim::vp8_parameters("0", 1234, 1235, "somebody");
    send(room, produce, [](const auto&) {});
  }

  SeededRandom random_{1};
  const MeetingId meeting_ = MeetingId::random(random_);
  const ortc::DtlsParameters dtls_{ortc::DtlsRole::kClient,
                                   {dtls::DtlsIdentity::generate(1'700'000'000)->fingerprint()}};
  std::unique_ptr<media_rpc::RemoteMedia> remote_;
  std::unordered_map<control::RequestId, Then> waiting_;
  control::RequestId last_id_ = 0;
  std::unique_ptr<http::LoopTimer> load_;
  std::vector<MeetingId> open_;
  std::uint64_t joins_ = 0;
  LoopThread thread_;
};

// One kept connection, blocking: as little client as there can be.
class HttpPeer {
 public:
  explicit HttpPeer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  ~HttpPeer() { ::close(fd_); }

  Duration round_trip(const ortc::RtpParameters& parameters) {
    const Instant begun = monotonic_now();
    const std::string body =
        json::serialize(boost::json::object{{"rtpParameters", ortc_json::to_json(parameters)}});
    const std::string request =
        "POST /produce HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    CHECK(::send(fd_, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    std::string answer;
    while (!answer.ends_with("\"}")) {
      char part[4096];
      const ssize_t size = ::recv(fd_, part, sizeof(part), 0);
      CHECK(size > 0);
      answer.append(part, static_cast<std::size_t>(size));
    }
    return monotonic_now() - begun;
  }

 private:
  int fd_;
};

boost::json::object summary(std::vector<Duration> times) {
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return static_cast<double>(
               to_us(times[static_cast<std::size_t>(share * double(times.size() - 1))])) /
           1000;
  };
  return {{"count", times.size()}, {"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}, {"max_ms", at(1)}};
}

// Each kind of command once a round, as one person's stay.
void one_round(Owner& owner, HttpPeer& http, const ortc::DtlsParameters& dtls,
               const ortc::RtpCapabilities& capabilities, SeededRandom& random) {
  const auto participant = ParticipantId::random(random);
  owner.ask("Admit", control::Admit{participant, {}});
  const auto create = [&](control::TransportDirection direction) {
    return std::get<control::TransportCreated>(
               owner.ask("CreateTransport", control::CreateTransport{participant, direction}))
        .transport;
  };
  const TransportId send = create(control::TransportDirection::kSend);
  const TransportId receive = create(control::TransportDirection::kReceive);
  owner.ask("ConnectTransport", control::ConnectTransport{send, dtls});
  owner.ask("RestartIce", control::RestartIce{send});
  control::Produce produce;
  produce.transport = send;
  produce.kind = ortc::MediaKind::kVideo;
  produce.rtp_parameters = sim::vp8_parameters("0", 1234, 1235, "somebody");
  const ProducerId producer = std::get<control::Produced>(owner.ask("Produce", produce)).producer;
  owner.times["http_json"].push_back(http.round_trip(produce.rtp_parameters));
  owner.ask("SetProducerPaused", control::SetProducerPaused{producer, false});
  const auto hash = ortc::capabilities_hash(capabilities);
  owner.ask("PutCapabilities", control::PutCapabilities{receive, hash, capabilities});
  const ConsumerId consumer =
      std::get<control::Consumed>(
          owner.ask("Consume", control::Consume{receive, producer, hash, true}))
          .consumer;
  owner.ask("SetConsumerPaused", control::SetConsumerPaused{consumer, false});
  owner.ask("SetPreferredLayers", control::SetPreferredLayers{consumer, 0, 0});
  owner.ask("RequestKeyFrame", control::RequestKeyFrame{consumer});
  owner.ask("GetMeetingStats", control::GetMeetingStats{});
  owner.ask("CloseConsumer", control::CloseConsumer{consumer});
  owner.ask("CloseProducer", control::CloseProducer{producer});
  owner.ask("CloseTransport", control::CloseTransport{send});
  owner.ask("SetPermits", control::SetPermits{participant, {}});
  owner.ask("Dismiss", control::Dismiss{participant});
  const auto room = MeetingId::random(random);
  owner.ask("OpenMeeting", control::OpenMeeting{}, room);
  owner.ask("CloseMeeting", control::CloseMeeting{}, room);
}

boost::json::object measure(Owner& owner, HttpPeer& http, int rounds) {
  SeededRandom random(2);
  const ortc::DtlsParameters dtls{ortc::DtlsRole::kClient,
                                  {dtls::DtlsIdentity::generate(1'700'000'000)->fingerprint()}};
  const auto capabilities = *ortc::router_capabilities(ortc::default_router_codecs());
  one_round(owner, http, dtls, capabilities, random);
  owner.times.clear();
  for (int i = 0; i < rounds; ++i) one_round(owner, http, dtls, capabilities, random);
  boost::json::object out;
  for (const auto& [name, times] : owner.times) out[name] = summary(times);
  return out;
}

int run(int rounds) {
  Node node;
  Owner owner(node.rpc_target());
  HttpPeer http(node.http_port());
  owner.ask("OpenMeeting", control::OpenMeeting{});
  boost::json::object out;
  out["idle"] = measure(owner, http, rounds);
  owner.begin_joins();
  const Instant begun = monotonic_now();
  const std::uint64_t before = owner.joins();
  out["under_joins"] = measure(owner, http, rounds);
  out["joins_per_second"] =
      static_cast<double>(owner.joins() - before) / to_seconds(monotonic_now() - begun);
  std::puts(boost::json::serialize(out).c_str());
  return 0;
}

}  // namespace
}  // namespace confab

int main(int argc, char** argv) {
  return confab::run(argc > 1 ? std::atoi(argv[1]) : confab::kRounds);
}
