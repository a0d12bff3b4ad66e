// REST of webhooks: /api/webhooks, their deliveries, and a delivery once more. Loop thread.
#pragma once

#include "base/random.h"
#include "platform/http/server.h"
#include "service/access/access.h"
#include "service/webhooks/webhooks.h"

namespace confab::webhooks {

class WebhooksApi {
 public:
  // Declares its routes on `server`: make it before listen(). References outlive it.
  WebhooksApi(access::Access& access, Webhooks& webhooks, http::HttpServer& server, Random& random);

 private:
  using Act = void (WebhooksApi::*)(const access::Caller& caller, const http::Request& request,
                                    http::Responder responder);
  void route(http::HttpServer& server, http::Method method, std::string_view pattern, Act act);

  void add(const access::Caller& caller, const http::Request& request, http::Responder responder);
  void list(const access::Caller& caller, const http::Request& request, http::Responder responder);
  void remove(const access::Caller& caller, const http::Request& request,
              http::Responder responder);
  void list_deliveries(const access::Caller& caller, const http::Request& request,
                       http::Responder responder);
  void redeliver(const access::Caller& caller, const http::Request& request,
                 http::Responder responder);

  access::Access& access_;
  Webhooks& webhooks_;
  Random& random_;
};

}  // namespace confab::webhooks
