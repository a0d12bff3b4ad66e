// The listener that anybody may come to, with HTTPS beside it where that is on. Loop thread only.
#pragma once

#include <optional>
#include <span>

#include "base/error.h"
#include "base/log.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "service/rest/address_gate.h"

namespace confab::cli {

class PublicDoor {
 public:
  // `config` outlives it; what of it was read once stays.
  PublicDoor(const Config& config, http::EventLoop& loop, LogSink& log);
  // With other options than those of a door for everybody.
  PublicDoor(const Config& config, http::EventLoop& loop, LogSink& log,
             const http::ServerOptions& options);

  rest::AddressGate& gate() { return gate_; }
  // For routes, before listen().
  http::HttpServer& server() { return server_; }
  // `addresses`: what a certificate of our own is made out for, besides this host's name.
  Result<void> listen(std::span<const MediaAddress> addresses);
  // From now on the certificate that `wanted` names; on an error nothing changes.
  Result<void> use_certificate(const Config& wanted, std::span<const MediaAddress> addresses);
  void stop() { server_.stop(); }

  // After listen().
  const Endpoint& http() const { return http_; }
  const std::optional<Endpoint>& https() const { return https_; }

 private:
  const Config& config_;
  http::HttpServer server_;
  rest::AddressGate gate_;
  Endpoint http_;
  std::optional<Endpoint> https_;
};

}  // namespace confab::cli
