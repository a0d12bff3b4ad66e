#include "service/access/key_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/auth/jwks.h"
#include "platform/clock/clock.h"
#include "platform/http_client/http_client.h"
#include "service/access/url.h"

namespace confab::access {
namespace {

// How far two clocks of a cluster may be apart, either way. At half a minute (kLeewayS) tokens fail
// already, and somebody looks.
constexpr std::int64_t kOverlapMs = 10 * 60'000;
constexpr Duration kFetchTimeout = 5s;
constexpr std::size_t kKeyIdLength = 8;

std::string owner_of_signing_key(const std::string& id) {
  return "signing:" + id;
}

}  // namespace

std::int64_t reread_from_ms(std::int64_t newest_ms, std::int64_t now_ms) {
  return std::max<std::int64_t>(0, std::min(newest_ms, now_ms) - kOverlapMs);
}

KeySource::KeySource(http::EventLoop& loop, store::AccessStore& store, const auth::Sealer& sealer,
                     auth::KeyRing& ring, std::string jwks_url, Random& random, LogSink& log)
    : loop_(loop),
      store_(store),
      sealer_(sealer),
      ring_(ring),
      jwks_url_(std::move(jwks_url)),
      random_(random),
      log_(log),
      reload_(loop),
      tidy_(loop),
      fetch_(loop) {
  reload();
  tidy();
  fetch_if_due();
}

void KeySource::reload() {
  reload_.set(monotonic_now() + kReloadEvery, [this] { reload(); });
  const auto count = [this](const auto& answered) {
    if (!answered) ++reloads_failed_;
    return answered.has_value();
  };
  // In any order: the ring takes nothing before it has heard of both.
  store_.revocations(reread_from_ms(newest_revocation_ms_, wall_unix_ms()),
                     [this, count](const Result<std::vector<store::RevocationRecord>>& records) {
                       if (count(records)) take_revocations(*records);
                     });
  store_.signing_keys([this, count](const Result<std::vector<store::SigningKeyRecord>>& records) {
    if (count(records)) take_signing_keys(*records);
  });
  store_.api_keys([this, count](const Result<std::vector<store::ApiKeyRecord>>& records) {
    if (count(records)) take_api_keys(*records);
  });
}

void KeySource::take_api_keys(const std::vector<store::ApiKeyRecord>& records) {
  std::vector<auth::ApiKey> keys;
  std::uint64_t unreadable = 0;
  for (const store::ApiKeyRecord& record : records) {
    auto secret = sealer_.open(record.sealed_secret, "key:" + record.id);
    const auto scopes = auth::Scopes::parse(record.scopes);
    if (!secret || !scopes) {
      ++unreadable;
      continue;
    }
    keys.push_back(
        {record.id, record.name, *scopes, std::move(*secret), record.revoked_at_ms != 0});
  }
  if (unreadable != keys_unreadable_ && unreadable > 0) {
    log_.write(LogLevel::kError, "api_keys_unreadable",
               {{"keys", unreadable},
                {"remedy",
                 "they were made under another token key: put that one back (token.key in "
                 "the data folder, auth.token_key), or make new API keys"}});
  }
  keys_unreadable_ = unreadable;
  ring_.set_api_keys(keys);
}

void KeySource::take_signing_keys(const std::vector<store::SigningKeyRecord>& records) {
  std::vector<auth::OwnKey> keys;
  std::map<std::int64_t, std::string> unreadable;
  for (const store::SigningKeyRecord& record : records) {
    const auto pem = sealer_.open(record.sealed_pem, owner_of_signing_key(record.key_id));
    auto key = pem ? auth::SigningKey::from_pem(*pem)
                   : auth::SigningKey::Made(std::unexpected(auth::KeyFault::kMalformed));
    if (key) {
      keys.push_back({record.generation, record.key_id, std::move(*key)});
    } else {
      unreadable.emplace(record.generation, record.key_id);
    }
  }
  if (unreadable.size() != signing_keys_unreadable_ && !unreadable.empty()) {
    log_.write(LogLevel::kError, "signing_keys_unreadable",
               {{"keys", unreadable.size()},
                {"remedy",
                 "they were made under another token key, which must be the same on all nodes; a "
                 "process that starts makes new ones, and tokens of the old ones end"}});
  }
  signing_keys_unreadable_ = unreadable.size();
  ring_.set_own_keys(std::move(keys));
  make_missing_keys(unreadable);
  has_read_signing_keys_ = true;
}

void KeySource::take_revocations(const std::vector<store::RevocationRecord>& records) {
  ring_.know_revocations();
  for (const store::RevocationRecord& record : records) {
    ring_.revoke(record.issuer, record.id, record.expires_at_ms / 1000);
    newest_revocation_ms_ = std::max(newest_revocation_ms_, record.revoked_at_ms);
  }
}

// Whoever comes first makes it; the next reload has it. One that does not open is replaced when we
// start and never later: two nodes with two token keys would go on replacing one another's.
void KeySource::make_missing_keys(const std::map<std::int64_t, std::string>& unreadable) {
  for (const std::int64_t generation : ring_.missing_generations(wall_unix_ms() / 1000)) {
    const auto lost = unreadable.find(generation);
    if (lost != unreadable.end() && has_read_signing_keys_) continue;
    const std::string id =
        "k" + std::to_string(generation) + "-" + random_.alphanumeric(kKeyIdLength);
    const auth::SigningKey key = auth::SigningKey::make_p256();
    store_.add_signing_key(
        {generation, id, sealer_.seal(key.to_pem(), owner_of_signing_key(id), random_),
         wall_unix_ms()},
        lost == unreadable.end() ? "" : lost->second, [this](const Result<void>& added) {
          if (!added) ++reloads_failed_;
        });
  }
}

void KeySource::tidy() {
  tidy_.set(monotonic_now() + kTidyEvery, [this] { tidy(); });
  ring_.forget_expired(wall_unix_ms() / 1000);
  store_.tidy(wall_unix_ms(), [this](const Result<std::size_t>& dropped) {
    if (dropped) deliveries_dropped_ += *dropped;
  });
}

void KeySource::fetch_if_due() {
  if (jwks_url_.empty()) return;
  const Instant due = ring_.remote().next_fetch();
  fetch_.set(due, [this] { fetch(); });
}

void KeySource::fetch() {
  ring_.remote().began(monotonic_now());
  ++fetches_;
  const auto url = split_url(jwks_url_);
  if (!url) return fetched(std::unexpected(url.error()));
  http::resolve(loop_, url->origin.host, [this, url = *url](const Result<IpAddress>& address) {
    if (!address) return fetched(std::unexpected(address.error()));
    const http::ClientTarget target{
        .origin = url.origin, .address = *address, .timeout = kFetchTimeout, .headers = {}};
    http::fetch(
        loop_, target, http::Method::kGet, url.path, "", [this](Result<http::Response> response) {
          if (!response) return fetched(std::unexpected(response.error()));
          if (response->status != 200) {
            return fetched(
                fail(ErrorCode::kUnavailable, "it answered " + std::to_string(response->status)));
          }
          fetched(std::move(response->body));
        });
  });
}

void KeySource::fetched(const Result<std::string>& text) {
  Result<void> taken;
  if (text) {
    taken = ring_.remote().fetched(*text, monotonic_now());
  } else {
    ring_.remote().failed();
    taken = std::unexpected(text.error());
  }
  if (!taken) {
    ++fetches_failed_;
    log_.write(LogLevel::kWarn, "jwks_not_fetched", {{"reason", taken.error().message}});
  }
  fetch_if_due();
}

void KeySource::expose(metrics::Exposition& out) const {
  out.counter("auth_reloads_failed", "How often the store did not say which keys are good.", {},
              reloads_failed_);
  out.gauge("auth_api_keys_unreadable", "API keys that this process's token key does not open.", {},
            static_cast<double>(keys_unreadable_));
  out.gauge("auth_signing_keys_unreadable",
            "Keys of our own that this process's token key does not open.", {},
            static_cast<double>(signing_keys_unreadable_));
  out.counter("auth_jwks_fetches", "How often the provider was asked for its keys.", {}, fetches_);
  out.counter("auth_jwks_fetches_failed", "Of those, without an answer that is a key set.", {},
              fetches_failed_);
  out.gauge("auth_jwks_keys", "Keys of the provider.", {},
            static_cast<double>(ring_.remote().size()));
  const auto age = ring_.remote().age(monotonic_now());
  out.gauge("auth_jwks_age_seconds", "Since they were confirmed; 0 before the first time.", {},
            age ? to_seconds(*age) : 0);
  out.counter("webhook_deliveries_dropped", "Deliveries that waited for too long in too many.", {},
              deliveries_dropped_);
}

}  // namespace confab::access
