// Keeps a KeyRing in step with the store and with the provider's key set: reads, makes our own keys
// ahead of their time, fetches. Loop thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "platform/auth/key_ring.h"
#include "platform/auth/sealer.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/store/access_store.h"

namespace confab::access {

// From when on revocations are read again, by the newest that is known here and this clock. Each is
// written with the time of the node that was asked: that may be ahead of ours, or behind.
std::int64_t reread_from_ms(std::int64_t newest_ms, std::int64_t now_ms);

class KeySource {
 public:
  // How long a revocation made elsewhere may take to hold here.
  static constexpr Duration kReloadEvery = 2s;
  static constexpr Duration kTidyEvery = 1h;

  // `jwks_url` may be empty. References outlive it.
  KeySource(http::EventLoop& loop, store::AccessStore& store, const auth::Sealer& sealer,
            auth::KeyRing& ring, std::string jwks_url, Random& random, LogSink& log);

  void reload();
  // Asks the provider, if that is due.
  void fetch_if_due();

  void expose(metrics::Exposition& out) const;

 private:
  void take_api_keys(const std::vector<store::ApiKeyRecord>& records);
  void take_signing_keys(const std::vector<store::SigningKeyRecord>& records);
  void take_revocations(const std::vector<store::RevocationRecord>& records);
  // Of keys by generation that do not open.
  void make_missing_keys(const std::map<std::int64_t, std::string>& unreadable);
  void tidy();
  void fetch();
  void fetched(const Result<std::string>& text);

  http::EventLoop& loop_;
  store::AccessStore& store_;
  const auth::Sealer& sealer_;
  auth::KeyRing& ring_;
  const std::string jwks_url_;
  Random& random_;
  LogSink& log_;
  http::LoopTimer reload_;
  http::LoopTimer tidy_;
  http::LoopTimer fetch_;
  std::int64_t newest_revocation_ms_ = 0;
  std::uint64_t reloads_failed_ = 0;
  std::uint64_t keys_unreadable_ = 0;          // now
  std::uint64_t signing_keys_unreadable_ = 0;  // now
  bool has_read_signing_keys_ = false;
  std::uint64_t fetches_ = 0;
  std::uint64_t fetches_failed_ = 0;
  std::uint64_t deliveries_dropped_ = 0;
};

}  // namespace confab::access
