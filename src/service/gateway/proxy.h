// Requests that a node answers: which one is asked, and who is asked next if it does not. Loop
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "platform/http/proxy_head.h"
#include "platform/http/server.h"
#include "platform/http_client/upstream.h"
#include "service/gateway/options.h"
#include "service/gateway/upstreams.h"

namespace confab::gateway {

class Proxy {
 public:
  // What becomes of a node's answer before it is sent on; `at` counts it as open there.
  using Finish = std::function<void(http::UpstreamAnswer answer, std::shared_ptr<OpenAt> at,
                                    http::Responder responder, const http::RequestStamp& stamp)>;

  // All references outlive it.
  Proxy(const Options& options, http::EventLoop& loop, Upstreams& upstreams, Random& random,
        Counts& counts);

  // For REST: any node, waited for as long as answer_timeout.
  void pass_on(http::Request request, http::Responder responder);
  // For Socket.IO: the node in the sid, where there is one.
  void pass_on_by_sid(http::Request request, http::Responder responder);
  // The same for an upgrade. `finish` has the answer, also one that is no 101.
  void upgrade_by_sid(http::Request request, http::Responder responder, Finish finish);

  const http::Upstream& upstream() const { return upstream_; }

 private:
  struct Attempt;

  void begin_by_sid(std::shared_ptr<Attempt> attempt);
  void begin(std::shared_ptr<Attempt> attempt);
  void try_next(const std::shared_ptr<Attempt>& attempt);
  void ask(const std::shared_ptr<Attempt>& attempt, const Endpoint& to);
  void handle_failure(const std::shared_ptr<Attempt>& attempt, const Endpoint& at,
                      http::UpstreamFailure failure);

  const Options options_;
  Upstreams& upstreams_;
  Random& random_;
  Counts& counts_;
  http::Upstream upstream_;
  const std::shared_ptr<std::size_t> bodies_bytes_ = std::make_shared<std::size_t>(0);
};

}  // namespace confab::gateway
