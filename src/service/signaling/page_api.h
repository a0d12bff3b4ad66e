// What a page says as it goes away, when no socket of it can speak any more: two small POSTs that
// browsers send for a page that is closing (navigator.sendBeacon). Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/net.h"
#include "call/rate_limit.h"
#include "platform/auth/token_signer.h"
#include "platform/http/server.h"
#include "web/socketio/server.h"

namespace confab::signaling {

class PageApi {
 public:
  enum class News : std::uint8_t { kClosing, kReturning };
  struct Page {
    socketio::SocketId socket;  // it had; whether it still is the participant's own is unknown here
    ParticipantId participant;  // unset where its first join was not answered yet
    std::string attempt;        // of that join, as the page named it; else empty
  };
  using Listener = std::function<void(News news, Page page)>;

  PageApi(http::HttpServer& server, const auth::TokenSigner& signer, Listener listener);

  struct Counts {
    std::uint64_t heard = 0;
    std::uint64_t refused = 0;
    std::uint64_t rate_limited = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  void handle(News news, const http::Request& request, http::Responder responder);
  Result<void> hear(News news, const http::Request& request);
  // Each costs a signature check, and nobody has so many pages.
  bool may_speak(const IpAddress& address);

  const auth::TokenSigner& signer_;
  Listener listener_;
  Counts counts_;
  std::map<IpAddress, call::TokenBucket> speakers_;
};

}  // namespace confab::signaling
