// For tests: the shards of a MediaPlace behind the door of a media node.
#pragma once

#include "rtc/ortc/router_capabilities.h"
#include "service/media_rpc/media_contract.h"
#include "service/media_rpc/media_server.h"

namespace confab::media_rpc {

inline constexpr const char* kSecret = "a secret of thirty-two characters";

// A media node behind its door.
class ServedPlace : public MediaPlace {
 protected:
  void serve() {
    begin();
    on_loop([this] {
      MediaServer::Setup setup;
      setup.self = {.node = kNode, .boot = 70, .shards = 2, .codec_hash = codec_hash()};
      setup.listen = {IpAddress::v4(0x7f000001), 0};
      setup.credentials = wanted();
      auto server = MediaServer::start(std::move(setup), loop_, *local_, null_log());
      CHECK(server.has_value());
      server_ = std::move(*server);
      local_->set_listener(*server_);
    });
  }
  static ortc::CapabilitiesHash codec_hash() {
    return ortc::capabilities_hash(*ortc::router_capabilities(ortc::default_router_codecs()));
  }
  static control::OwnerHello self() {
    control::OwnerHello hello;
    hello.node = 1;
    hello.boot = 5;
    hello.codec_hash = codec_hash();
    return hello;
  }
  virtual rpc::Credentials wanted() const { return credentials(); }
  std::string target() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  static rpc::Credentials credentials() {
    rpc::Credentials out;
    out.secret = kSecret;
    return out;
  }
  void wait_for(const std::function<bool()>& is_there) {
    for (bool there = false; !there;) {
      on_loop([&] { there = is_there(); });
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  std::unique_ptr<MediaServer> server_;
};

}  // namespace confab::media_rpc
