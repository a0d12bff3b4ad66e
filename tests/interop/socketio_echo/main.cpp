// What Engine.IO and Socket.IO test suites talk to: an echo on the library that confab serves with.
//
//   socketio_echo [--port N] [--recovery-ms N] [--tls FILE]    FILE: certificate and key, PEM
//
// /engine.io/   every message comes back.
// /socket.io/   namespaces "/" and "/custom". On connect "auth" with the CONNECT payload; "message"
//               is answered by "message-back", "message-with-ack" by an acknowledgement, both with
//               the arguments and attachments that came.
// "auth" comes 20 ms after the acknowledged CONNECT: the public suites begin to wait for it only
// when they have seen the first message, and of two messages in one read a client's `ws` announces
// both before that (197 of 200 runs missed it without the pause). Short times, so that suites see
// timeouts: ping 300 ms, its answer 200 ms, connecting 1 s.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/net.h"
#include "platform/clock/clock.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/random/secure_random.h"
#include "service/socketio_http/socketio_http.h"

namespace confab {
namespace {

struct Options {
  std::uint16_t port = 3000;
  Duration recovery_window = Duration::zero();
  std::string tls_file;
};

std::optional<std::uint32_t> to_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool set_option(Options& options, std::string_view name, std::string_view value) {
  const auto number = to_number(value);
  if (name == "--tls") {
    options.tls_file = value;
  } else if (name == "--port" && number && *number <= UINT16_MAX) {
    options.port = static_cast<std::uint16_t>(*number);
  } else if (name == "--recovery-ms" && number) {
    options.recovery_window = std::chrono::milliseconds{*number};
  } else {
    return false;
  }
  return true;
}

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !set_option(options, argv[i], argv[i + 1])) return std::nullopt;
  }
  return options;
}

class Echo {
 public:
  explicit Echo(const Options& options)
      : server_(loop_, http_options(), null_log()),
        engine_(loop_, server_, "/engine.io/", engine_config(), random_,
                [this](Instant, engineio::Output event) { echo(std::move(event)); }),
        sockets_(loop_, server_, "/socket.io/", engine_config(), socketio_config(options), random_,
                 [this](Instant, socketio::Output event) { answer(std::move(event)); }) {}

  int run(const Options& options) {
    const Endpoint wanted{IpAddress::v4(0), options.port};
    const auto endpoint = options.tls_file.empty()
                              ? server_.listen(wanted)
                              : server_.listen_tls(wanted, {options.tls_file, options.tls_file});
    if (!endpoint) {
      std::fprintf(stderr, "socketio_echo: %s\n", endpoint.error().message.c_str());
      return 1;
    }
    std::printf("listening on port %u\n", static_cast<unsigned>(endpoint->port));
    std::fflush(stdout);
    http::on_signal(loop_, [this](http::Signal) { loop_.stop(); });
    loop_.run();
    return 0;
  }

 private:
  static constexpr std::size_t kPayloadBytes = 1'000'000;
  static constexpr Duration kPause = 20ms;

  static http::ServerOptions http_options() {
    http::ServerOptions options;
    options.cors_origins = {"*"};
    options.body_bytes_max = kPayloadBytes;
    options.websocket_message_bytes_max = kPayloadBytes;
    return options;
  }
  static engineio::Config engine_config() {
    engineio::Config config;
    config.ping_interval = 300ms;
    config.ping_timeout = 200ms;
    config.payload_bytes_max = kPayloadBytes;
    return config;
  }
  static socketio::Config socketio_config(const Options& options) {
    socketio::Config config;
    config.connect_timeout = 1s;
    config.recovery_window = options.recovery_window;
    config.namespaces = {{"/", "/"}, {"/custom", "/custom"}};
    return config;
  }

  void echo(engineio::Output event) {
    if (const auto* opened = std::get_if<engineio::Opened>(&event)) engine_.trust(opened->session);
    if (auto* message = std::get_if<engineio::Message>(&event)) {
      engine_.send(message->session, message->is_binary, std::move(message->data));
    }
  }

  void answer(socketio::Output event) {
    if (const auto* request = std::get_if<socketio::ConnectRequest>(&event)) {
      sockets_.accept(request->socket);
      sockets_.trust(request->socket);
      greetings_.push_back({monotonic_now() + kPause, request->socket, request->auth_json});
      greet();
    } else if (auto* received = std::get_if<socketio::EventReceived>(&event)) {
      if (received->name == "message") {
        sockets_.emit(received->socket, {"message-back", std::move(received->args_json),
                                         std::move(received->attachments), false});
      } else if (received->name == "message-with-ack" && received->ack_id) {
        sockets_.acknowledge(received->socket, *received->ack_id, received->args_json,
                             std::move(received->attachments));
      }
    }
  }

  // Says "auth" to those whose pause is over.
  void greet() {
    while (!greetings_.empty() && greetings_.front().at <= monotonic_now()) {
      const Greeting greeting = std::move(greetings_.front());
      greetings_.pop_front();
      sockets_.emit(greeting.socket, {"auth", "[" + greeting.auth_json + "]", {}, false});
    }
    if (!greetings_.empty()) greet_at_.set(greetings_.front().at, [this] { greet(); });
  }

  struct Greeting {
    Instant at;
    socketio::SocketId socket;
    std::string auth_json;
  };

  SecureRandom random_;
  http::EventLoop loop_;
  http::LoopTimer greet_at_{loop_};
  std::deque<Greeting> greetings_;
  http::HttpServer server_;
  EngineIoHttp engine_;
  SocketIoHttp sockets_;
};

}  // namespace
}  // namespace confab

int main(int argc, char** argv) {
  const auto options = confab::parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "usage: socketio_echo [--port N] [--recovery-ms N] [--tls FILE]\n");
    return 2;
  }
  return confab::Echo(*options).run(*options);
}
