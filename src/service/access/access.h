// Who asks, and what they may: tokens and API keys against what the store knows. The store is the
// truth; this process holds a copy in memory that is read again every two seconds, so a revocation
// holds on all nodes within that time, and goes on holding while the database is away. Loop thread.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "base/random.h"
#include "call/address_rates.h"
#include "platform/auth/key_ring.h"
#include "platform/auth/sealer.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/message.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "platform/store/access_store.h"
#include "service/access/identity_rates.h"
#include "service/access/key_source.h"

namespace confab::access {

// Who asks something of REST.
struct Caller {
  std::string name;  // for the audit log: "key:AK12", "token:AK12/user-1"
  std::string key;   // the API key's id, where it was shown itself
  auth::Scopes scopes;
  auth::VideoGrant video;  // of a token
  IpAddress from;
};

// A key with the scope `rooms` leads every room, a token with roomAdmin the one that it names and
// no other. `room` is a code as we spell it.
bool leads(const Caller& caller, std::string_view room);
// A key with the scope `rooms`, a token with roomCreate.
bool makes_rooms(const Caller& caller);
// A key with the scope `rooms`, a token with roomList.
bool lists_rooms(const Caller& caller);

// What was asked of a room, for the audit log: "room:rm_… mute-all". Never with the room's code,
// which lets in whoever reads it.
std::string audit_target(std::string_view path, const std::string& room_id);

class Access {
 public:
  // References outlive it.
  Access(const Config& config, http::EventLoop& loop, store::AccessStore& store,
         const auth::TokenSigner& signer, Random& random, LogSink& log);

  // A token that somebody shows; the refusal is counted.
  std::expected<auth::Claims, auth::Refusal> check(std::string_view token);

  // Whether it was revoked since it was good.
  bool has_ended(const auth::Claims& claims) const { return ring_.has_ended(claims); }

  // By `Authorization: Basic` with an API key's id and secret, or `Bearer` with a token. Without
  // either: kUnauthenticated. An address that shows wrong ones is made to wait, and who asks too
  // often (auth.identity_burst).
  Result<Caller> caller(const http::Request& request);
  // The same, and it has the scope.
  Result<Caller> caller(const http::Request& request, auth::Scope scope);

  // The same, also for who is signed in with an account that is an operator's. Answers who may not.
  using WithCaller = std::move_only_function<void(const Caller& caller, http::Responder responder)>;
  void admit(const http::Request& request, auth::Scope scope, http::Responder responder,
             WithCaller then);
  // Whose session a page of ours shows: nothing for nobody, and for who is no operator.
  using Operator = std::move_only_function<void(Result<std::optional<std::string>> identity)>;
  using FindOperator = std::function<void(const http::Request& request, Operator found)>;
  void set_operators(FindOperator find) { find_operator_ = std::move(find); }

  // By whoever leads(); kForbidden for everybody else whom we know. What is asked for is in the
  // audit log, but for looking. `room_id` is what that calls the room.
  Result<void> may_lead(const http::Request& request, std::string_view room,
                        const std::string& room_id);
  // The same for who leads a room as its signed-in owner: no more often than a key may, and with a
  // line in the audit log.
  Result<void> may_lead_own(const std::string& identity, const http::Request& request,
                            const std::string& room_id);
  // By whoever makes_rooms().
  Result<void> may_make_rooms(const http::Request& request);
  // By whoever lists_rooms().
  Result<void> may_list_rooms(const http::Request& request);

  // Asked besides, when the own rate allows it: whether all nodes together let an identity through.
  using SharedRate = std::function<bool(const std::string& name, Instant now)>;
  void share_rate(SharedRate shared) { shared_rate_ = std::move(shared); }

  auth::KeyRing& ring() { return ring_; }
  store::AccessStore& store() { return store_; }
  const auth::Sealer& sealer() const { return sealer_; }
  // What was changed here holds here at once.
  void reload() { source_.reload(); }

  // Written behind the caller's back: an audit log that is away is no reason to stop who mutes
  // somebody. What could not be written is counted, and stands in the log.
  void note(const std::string& actor, const IpAddress& from, std::string_view action,
            std::string_view target, std::string_view outcome = "ok");

  void count_tokens_limited() { ++tokens_limited_; }
  void expose(metrics::Exposition& out) const;

 private:
  // Refused where it asks too often.
  void admit_operator(const http::Request& request, http::Responder responder, WithCaller then);
  Result<Caller> paced(Result<Caller> caller);
  Result<void> pace(const std::string& name);
  void note_leading(const std::string& actor, const http::Request& request,
                    const std::string& room_id);
  Result<Caller> by_key(std::string_view credentials, const IpAddress& from);
  Result<Caller> by_token(std::string_view token, const IpAddress& from);
  std::unexpected<Error> refuse(const IpAddress& from, ErrorCode code, std::string_view why);

  store::AccessStore& store_;
  LogSink& log_;
  auth::Sealer sealer_;
  auth::KeyRing ring_;
  KeySource source_;
  call::AddressRates failures_;
  IdentityRates identities_;
  SharedRate shared_rate_;
  FindOperator find_operator_;  // where there are accounts
  std::uint64_t failures_limited_ = 0;
  std::uint64_t identities_limited_ = 0;
  std::uint64_t tokens_limited_ = 0;
  std::uint64_t wrong_keys_ = 0;
  std::uint64_t audit_lost_ = 0;
};

// What a refused token means to whoever showed it.
Error error_of(auth::Refusal refusal);

}  // namespace confab::access
