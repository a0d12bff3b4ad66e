// REST: rooms, what a client must know before it connects, health. It needs the store and the key
// that signs; of meetings it only asks how many people are in one, so it can stand where they are
// not. Loop thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "base/random.h"
#include "call/address_rates.h"
#include "call/rate_limit.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "platform/store/store.h"
#include "rtc/ortc/types.h"
#include "service/rest/readiness.h"

namespace confab::rest {

class RestApi {
 public:
  // Asks how many are in the room of a code now; answered once, on the loop's thread.
  using CountAnswer = std::move_only_function<void(Result<std::size_t>)>;
  using CountParticipants = std::function<void(std::string_view code, CountAnswer answer)>;

  // Declares its routes on `server` (/api/, /livez, /readyz): make it before listen(). All
  // references outlive it.
  RestApi(const Config& config, http::EventLoop& loop, http::HttpServer& server,
          store::Store& store, const auth::TokenSigner& signer, Random& random, LogSink& log,
          CountParticipants count_participants);

  // /readyz answers 503 from now on, and no more rooms are made.
  void close() { is_closing_ = true; }

  // "ok", or why not: "stopping", "store_unavailable".
  using ReadyAnswer = std::move_only_function<void(std::string_view status)>;
  void ask_ready(ReadyAnswer answer);

  void expose(metrics::Exposition& out) const;

 private:
  void create_room(const http::Request& request, http::Responder responder);
  void try_to_create_room(std::size_t attempts_left, http::Responder responder);
  void get_room(const http::Request& request, http::Responder responder);
  void get_config(http::Responder responder) const;
  void get_ready(http::Responder responder);
  // Rooms are rows on a disk: neither one address nor many together may fill it.
  bool may_create(const IpAddress& address);

  const Config& config_;
  store::Store& store_;
  const auth::TokenSigner& signer_;
  Random& random_;
  LogSink& log_;
  CountParticipants count_participants_;
  // From configuration alone, so the same for every meeting and node.
  ortc::RtpCapabilities capabilities_;
  bool is_closing_ = false;
  call::AddressRates creators_;
  call::AddressRates lookups_;
  // What all may make together: those who have made many lately, and those who have not.
  call::TokenBucket many_makers_;
  call::TokenBucket few_makers_;
  std::uint64_t rooms_refused_ = 0;
  std::uint64_t lookups_refused_ = 0;
  Readiness readiness_;
};

}  // namespace confab::rest
