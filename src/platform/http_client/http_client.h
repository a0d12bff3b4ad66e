// The other side of platform/http: requests and WebSockets to one server, plain or TLS, on an
// EventLoop. For programs that play clients; not for calling foreign services (one address, no
// redirects, no proxies). All calls and callbacks on the loop's thread, but for resolve().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/instant.h"
#include "base/net.h"
#include "platform/http/event_loop.h"
#include "platform/http/message.h"

namespace confab::http {

// "http://host[:port]" or "https://...", as a person writes it.
struct Origin {
  bool is_tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;

  // kInvalidArgument says what is wrong. A path other than "/" is.
  static Result<Origin> parse(std::string_view url);
  // What the Host header says.
  std::string authority() const;
};

// Asks the system's resolver and waits for it: at start only. kUnavailable when there is no such
// host; IPv4 first.
Result<IpAddress> resolve(const std::string& host);
// The same for a loop that serves: `done` comes later, an address as it is written without asking
// anybody.
void resolve(EventLoop& loop, const std::string& host,
             std::move_only_function<void(Result<IpAddress>)> done);

struct ClientTarget {
  Origin origin;
  IpAddress address;  // where origin.host is
  // Off: any certificate will do, which proves nothing (a self-made one of `confab serve --tls`).
  bool verify_certificate = true;
  Duration timeout = 15s;  // for a whole request, or until a WebSocket is open
  std::size_t message_bytes_max = 16 * 1024 * 1024;
  Headers headers;  // with every request and upgrade
};

// `done` is called once. An answer of any status is an answer; kUnavailable is none at all.
void fetch(EventLoop& loop, const ClientTarget& target, Method method, std::string path,
           std::string body, std::move_only_function<void(Result<Response>)> done);

// A WebSocket that is opening or open. Held by who uses it and by the connection, hence shared.
class ClientWebSocket {
 public:
  struct Handlers {
    Task on_open;
    std::function<void(std::string text)> on_text;
    // Exactly once, with the reason; also after close() and instead of on_open.
    std::move_only_function<void(std::string_view why)> on_closed;
  };

  virtual ~ClientWebSocket() = default;
  // Queued until it is open.
  virtual void send(std::string text) = 0;
  // At once, without the closing handshake.
  virtual void close() = 0;
};
std::shared_ptr<ClientWebSocket> open_websocket(EventLoop& loop, const ClientTarget& target,
                                                std::string path,
                                                ClientWebSocket::Handlers handlers);

}  // namespace confab::http
