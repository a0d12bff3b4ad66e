// Who may do what, and who is told of it, as the roles that have rooms need it: keys and tokens
// with their REST, webhooks with theirs. Loop thread only.
#pragma once

#include "base/log.h"
#include "base/random.h"
#include "call/text.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "platform/store/store.h"
#include "service/access/access.h"
#include "service/access/access_api.h"
#include "service/webhooks/webhooks.h"
#include "service/webhooks/webhooks_api.h"

namespace confab::cli {

class AccessParts {
 public:
  // Declares its routes on `server`: make it before listen(). References outlive it.
  AccessParts(const Config& config, http::EventLoop& loop, http::HttpServer& server,
              store::Store& store, const auth::TokenSigner& signer, Random& random, LogSink& log)
      : access_(config, loop, store.access(), signer, random, log),
        webhooks_(loop, store.access(), access_.sealer(), config.webhooks.allow_private, random,
                  log),
        access_api_(access_, config.auth.issuer, server, random),
        webhooks_api_(access_, webhooks_, server, random) {}

  access::Access& access() { return access_; }
  webhooks::Webhooks& webhooks() { return webhooks_; }

  // By an API key of the scope `rooms`, or by a token with roomAdmin for this very room.
  bool may_administer(const http::Request& request, const store::RoomRecord& room) {
    if (request.header("Authorization").empty()) return false;
    const auto caller = access_.caller(request);
    if (!caller) return false;
    const bool is_of_room =
        caller->video.room_admin && call::normalize_room_code(caller->video.room) == room.code;
    return is_of_room || caller->scopes.has(auth::Scope::kRooms);
  }

  void expose(metrics::Exposition& out) const {
    access_.expose(out);
    webhooks_.expose(out);
  }

 private:
  access::Access access_;
  webhooks::Webhooks webhooks_;
  access::AccessApi access_api_;
  webhooks::WebhooksApi webhooks_api_;
};

}  // namespace confab::cli
