// Certificate fingerprints as signaling carries them (RFC 8122 §5).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "rtc/ortc/types.h"

struct x509_st;

namespace confab::dtls {

// In the order of strength. sha-1 is taken because RFC 8122 lets old peers offer it.
enum class HashAlgorithm : std::uint8_t { kSha1, kSha256, kSha384, kSha512 };

enum class FingerprintError : std::uint8_t {
  kNone,              // the list is empty
  kUnknownAlgorithm,  // none of the list is of a known algorithm
  kMalformed,         // not pairs of hex digits with ':' between, or of the wrong length
  kTooMany,           // more than kFingerprintsMax
  kAlreadySet,        // a transport's peer does not change
};
std::string_view to_string(FingerprintError error);
inline constexpr std::size_t kFingerprintsMax = 8;

struct Fingerprint {
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
  std::uint8_t size = 0;
  std::array<std::uint8_t, 64> bytes{};
};

// What a peer signaled, parsed. Entries of unknown algorithms are passed over (RFC 8122 §5), a
// malformed one spoils the list.
std::expected<std::vector<Fingerprint>, FingerprintError> parse_fingerprints(
    std::span<const ortc::DtlsFingerprint> signaled);

// "AB:CD:...".
std::string format_fingerprint(ByteView digest);
Fingerprint certificate_fingerprint(const x509_st* certificate, HashAlgorithm algorithm);

// RFC 8122 §5.1: whether the certificate matches one of the fingerprints of the strongest algorithm
// among them. Constant time in the digests.
bool matches(const x509_st* certificate, std::span<const Fingerprint> fingerprints);

}  // namespace confab::dtls
