// Who may do what, and who is told of it, as the roles that have rooms need it: keys and tokens
// with their REST, webhooks with theirs. Loop thread only.
#pragma once

#include <optional>

#include "base/log.h"
#include "base/random.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "platform/store/store.h"
#include "service/access/access.h"
#include "service/access/access_api.h"
#include "service/access/accounts/accounts.h"
#include "service/access/accounts/accounts_api.h"
#include "service/access/accounts/provider.h"
#include "service/signaling/signaling.h"
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
        webhooks_api_(access_, webhooks_, server, random) {
    if (config.auth.accounts == AccountsMode::kOff) return;
    accounts_.emplace(config, loop, store.accounts(), access_, random);
    accounts_api_.emplace(config, *accounts_, server);
    let_operators_in();
    if (config.auth.oidc_issuer.empty()) return;
    provider_.emplace(config, loop, *accounts_, access_, server, random, log);
  }

  // Meetings ask here from now on, and tell what happens.
  void guard(signaling::SignalingService& signaling);

  access::Access& access() { return access_; }

  void expose(metrics::Exposition& out) const {
    access_.expose(out);
    webhooks_.expose(out);
    if (accounts_) accounts_->expose(out);
    if (provider_) provider_->expose(out);
  }

 private:
  void let_operators_in();

  access::Access access_;
  webhooks::Webhooks webhooks_;
  access::AccessApi access_api_;
  webhooks::WebhooksApi webhooks_api_;
  // Where people may have accounts.
  std::optional<access::Accounts> accounts_;
  std::optional<access::AccountsApi> accounts_api_;
  std::optional<access::ProviderSignIn> provider_;
};

}  // namespace confab::cli
