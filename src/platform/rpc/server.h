// The called side, with grpc.health.v1 beside what it is given. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/net.h"
#include "platform/metrics/exposition.h"
#include "platform/rpc/credentials.h"
#include "platform/rpc/stream.h"

namespace confab::rpc {

class Server {
 public:
  // Of one call: keeps the stream as long as it wants it, and says who is to be told.
  using Accept =
      std::function<Stream::Handlers(const std::string& method, std::unique_ptr<Stream> stream)>;

  struct Options {
    Endpoint listen;
    Credentials credentials;
    std::vector<std::string> methods;  // all others are answered with kUnimplemented
    // A larger one ends its call with kResourceExhausted.
    std::size_t message_bytes_max = kMessageBytes;
    // A caller that is silent for so long is asked whether it is there, and has as long to answer.
    int keepalive_ms = 1000;
  };

  // Listens when it returns; kUnavailable says what was in the way. `post` stays callable until it
  // is gone.
  static Result<std::unique_ptr<Server>> start(const Options& options, Post post, Accept accept);
  // Ends every call. The streams it gave out may outlive it.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // What grpc.health.v1 answers.
  void set_serving(bool is_serving);
  // Connections that are made from now on are shown this certificate, and asked for one of this
  // authority; those that there are go on. It has been looked at; nothing for a server in clear.
  void use_certificate(const Tls& tls);
  // Calls that showed no secret or a wrong one, and those of methods that are not here.
  std::uint64_t refused() const;
  // How the calls of each method ended, and how long they took.
  void expose(metrics::Exposition& out) const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::rpc
