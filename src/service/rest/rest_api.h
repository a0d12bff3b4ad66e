// REST that needs no meetings: what a client must know before it connects, health. Loop thread
// only.
#pragma once

#include <functional>
#include <string_view>

#include "platform/config/config.h"
#include "platform/http/server.h"
#include "platform/store/store.h"
#include "rtc/ortc/types.h"
#include "service/rest/readiness.h"

namespace confab::rest {

class RestApi {
 public:
  // Declares its routes on `server` (/api/, /livez, /readyz): make it before listen(). All
  // references outlive it.
  RestApi(const Config& config, http::EventLoop& loop, http::HttpServer& server,
          store::Store& store);

  // /readyz answers 503 from now on.
  void close() { is_closing_ = true; }

  // The same until it is taken back: people should go elsewhere.
  void set_draining(bool is_draining) { is_draining_ = is_draining; }

  // "ok", or why not: "stopping", "draining", "store_unavailable".
  using ReadyAnswer = std::move_only_function<void(std::string_view status)>;
  void ask_ready(ReadyAnswer answer);

 private:
  void get_config(http::Responder responder) const;
  void get_ready(http::Responder responder);

  const Config& config_;
  // From configuration alone, so the same for every meeting and node.
  ortc::RtpCapabilities capabilities_;
  bool is_closing_ = false;
  bool is_draining_ = false;
  Readiness readiness_;
};

}  // namespace confab::rest
