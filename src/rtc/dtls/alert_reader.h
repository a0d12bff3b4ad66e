// Recognises the end of a DTLS 1.2 association whose SSL object is gone: holds the key that the
// peer encrypts with and opens its alerts. Nothing else can be read with it, and nothing written.
// Sans-IO, immutable. Part of DtlsTransport.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

struct ssl_st;

namespace confab::dtls {

enum class RecordCipher : std::uint8_t { kAes128Gcm, kAes256Gcm, kChaCha20Poly1305 };

// RFC 5246 §7.2.
struct Alert {
  std::uint8_t level = 0;  // 1: warning, 2: fatal
  std::uint8_t description = 0;

  bool is_close_notify() const { return description == 0; }
  // Whether the association is over with it.
  bool ends() const { return is_close_notify() || level == 2; }
};

// What one side encrypts its records with (RFC 5246 §6.3). Wiped when it goes.
struct RecordKey {
  ~RecordKey();

  RecordCipher cipher = RecordCipher::kAes128Gcm;
  std::array<std::uint8_t, 32> key{};  // the first 16 for AES-128
  std::array<std::uint8_t, 12> iv{};   // the first 4 for AES-GCM: the salt of RFC 5288 §3
};

// The peer's, after a finished handshake. Nothing if the cipher suite is none of the above.
std::optional<RecordKey> peer_record_key(const ssl_st* ssl, bool is_client);

class AlertReader {
 public:
  explicit AlertReader(const RecordKey& key) : key_(key) {}

  // The first alert of the datagram that is authentic and ends the association. Every other record
  // is passed over.
  std::optional<Alert> find_end(ByteView datagram) const;

 private:
  std::optional<Alert> open(ByteView header, ByteView body) const;

  RecordKey key_;
};

}  // namespace confab::dtls
