// Who may do what, and what was done: API keys, tokens that were revoked, the keys that sign our
// own tokens, webhooks with their deliveries, and the audit log. Calls are answered as Store's are.
//
// Secrets come sealed (auth::Sealer): the store never sees one in clear. Times are milliseconds
// since 1970.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace confab::store {

template <typename T>
using Answer = std::move_only_function<void(Result<T>)>;

struct ApiKeyRecord {
  std::string id;
  std::string name;    // for people
  std::string scopes;  // "join,rooms"
  std::string sealed_secret;
  std::int64_t created_at_ms = 0;
  std::int64_t revoked_at_ms = 0;  // 0: not revoked
};
// Revoked ones included: what they signed must not become good again.
inline constexpr std::size_t kApiKeysMax = 1000;

// A token by its `iss` and `jti`.
struct RevocationRecord {
  std::string issuer;
  std::string id;
  std::int64_t expires_at_ms = 0;  // when the token is worth nothing anyway
  std::int64_t revoked_at_ms = 0;
};
// Loaded at once. At 200 bytes each they are 20 MB; none is kept for longer than a token lives.
inline constexpr std::size_t kRevocationsMax = 100'000;

// Of our own tokens, one for each span of time (service/access/own_keys.h).
struct SigningKeyRecord {
  std::int64_t generation = 0;
  std::string key_id;
  std::string sealed_pem;
  std::int64_t created_at_ms = 0;
};

struct WebhookRecord {
  std::string id;
  std::string url;
  std::string events;  // "room_started,room_finished"; "*" is all
  std::string sealed_secret;
  std::int64_t created_at_ms = 0;
};
inline constexpr std::size_t kWebhooksMax = 100;

enum class DeliveryState : std::uint8_t { kWaiting, kDelivered, kFailed };

struct DeliveryRecord {
  std::string id;
  std::string webhook;
  std::string event;
  std::string body;
  std::int64_t created_at_ms = 0;
  DeliveryState state = DeliveryState::kWaiting;
  std::int64_t attempts = 0;
  std::int64_t next_at_ms = 0;
  std::int64_t status = 0;  // of the last answer; 0: there was none
  std::string error;        // of the last attempt
  std::int64_t number = 0;  // given by the store: later is higher
};
// Of those that are over; and of all, where an address has not answered for long.
inline constexpr std::int64_t kDeliveriesKept = 10'000;
inline constexpr std::int64_t kDeliveriesMax = 100'000;

struct AuditRecord {
  std::int64_t number = 0;  // given by the store: later is higher
  std::int64_t at_ms = 0;
  std::string actor;    // "key:AK12", "host", "cli"
  std::string from;     // its address
  std::string action;   // "key.create"
  std::string target;   // "key:AK34", "room:abc-defg-hij"
  std::string outcome;  // "ok", or the code of the error
};
// One that never answers must leave the others their share.
inline constexpr std::size_t kTakenOfOneWebhook = 3;
// Lines about tokens, about sessions, and as many others; beyond that the oldest go. Some 90 MB.
inline constexpr std::int64_t kAuditKept = 100'000;

class AccessStore {
 public:
  virtual ~AccessStore() = default;

  virtual void add_api_key(ApiKeyRecord key, Answer<void> answer) = 0;
  // Oldest first, those that are revoked too.
  virtual void api_keys(Answer<std::vector<ApiKeyRecord>> answer) = 0;
  // False: there is none of that id. The first time of several counts.
  virtual void revoke_api_key(std::string id, std::int64_t at_ms, Answer<bool> answer) = 0;

  // A second time takes the place of the first.
  virtual void revoke_token(RevocationRecord token, Answer<void> answer) = 0;
  // Those that were revoked at or after `since_ms`.
  virtual void revocations(std::int64_t since_ms, Answer<std::vector<RevocationRecord>> answer) = 0;

  // Of two processes that make one for the same generation, the first is right. `in_place_of`: the
  // id of one that nobody can open any more, which goes; empty: none does.
  virtual void add_signing_key(SigningKeyRecord key, std::string in_place_of,
                               Answer<void> answer) = 0;
  virtual void signing_keys(Answer<std::vector<SigningKeyRecord>> answer) = 0;

  virtual void add_webhook(WebhookRecord webhook, Answer<void> answer) = 0;
  virtual void webhooks(Answer<std::vector<WebhookRecord>> answer) = 0;
  // With its deliveries. False: there is none of that id.
  virtual void remove_webhook(std::string id, Answer<bool> answer) = 0;

  virtual void add_delivery(DeliveryRecord delivery, Answer<void> answer) = 0;
  // Takes up to `count` that are due at `now_ms`, of each webhook up to kTakenOfOneWebhook and of
  // those in `busy` none; those that were tried least first, then the oldest. Counts an attempt of
  // each. No other process is given them before `again_at_ms`.
  virtual void take_deliveries(std::int64_t now_ms, std::int64_t again_at_ms, std::size_t count,
                               const std::vector<std::string>& busy,
                               Answer<std::vector<DeliveryRecord>> answer) = 0;
  // How the attempt ended: state, next_at_ms, status and error.
  virtual void settle_delivery(DeliveryRecord delivery, Answer<void> answer) = 0;
  // The same again, as if it were new. False: there is none of these ids.
  virtual void repeat_delivery(std::string webhook, std::string id, std::int64_t now_ms,
                               Answer<bool> answer) = 0;
  // Newest first; those below the number `before` (0: all).
  virtual void deliveries(std::string webhook, std::int64_t before, std::size_t count,
                          Answer<std::vector<DeliveryRecord>> answer) = 0;

  virtual void write_audit(AuditRecord record, Answer<void> answer) = 0;
  // Newest first; those below `before` (0: all).
  virtual void audit(std::int64_t before, std::size_t count,
                     Answer<std::vector<AuditRecord>> answer) = 0;

  // Deletes what is beyond the limits above and revocations of tokens that expired a week ago.
  // Answers how many deliveries were dropped that nobody had taken.
  virtual void tidy(std::int64_t now_ms, Answer<std::size_t> answer) = 0;
};

}  // namespace confab::store
