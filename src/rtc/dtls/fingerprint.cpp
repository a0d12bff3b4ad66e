#include "rtc/dtls/fingerprint.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <optional>

#include "base/check.h"

namespace confab::dtls {
namespace {

struct Algorithm {
  std::string_view name;  // RFC 8122 §5, in lower case
  HashAlgorithm algorithm;
  std::uint8_t size;
};
constexpr std::array<Algorithm, 4> kAlgorithms = {{{"sha-1", HashAlgorithm::kSha1, 20},
                                                   {"sha-256", HashAlgorithm::kSha256, 32},
                                                   {"sha-384", HashAlgorithm::kSha384, 48},
                                                   {"sha-512", HashAlgorithm::kSha512, 64}}};

const EVP_MD* digest_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1:
      return EVP_sha1();
    case HashAlgorithm::kSha256:
      return EVP_sha256();
    case HashAlgorithm::kSha384:
      return EVP_sha384();
    case HashAlgorithm::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 8122 §5: the names are case-insensitive.
const Algorithm* find_algorithm(std::string_view name) {
  const auto found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [&](const Algorithm& a) {
    return std::equal(a.name.begin(), a.name.end(), name.begin(), name.end(),
                      [](char x, char y) { return x == to_lower(y); });
  });
  return found == kAlgorithms.end() ? nullptr : &*found;
}

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
  return std::nullopt;
}

std::optional<Fingerprint> parse_value(const Algorithm& algorithm, std::string_view value) {
  // Two digits each and ':' between.
  if (value.size() != algorithm.size * std::size_t{3} - 1) return std::nullopt;
  Fingerprint out;
  out.algorithm = algorithm.algorithm;
  out.size = algorithm.size;
  for (std::size_t i = 0; i < algorithm.size; ++i) {
    const auto high = hex_digit(value[i * 3]);
    const auto low = hex_digit(value[i * 3 + 1]);
    const bool separated = i + 1 == algorithm.size || value[i * 3 + 2] == ':';
    if (!high || !low || !separated) return std::nullopt;
    out.bytes[i] = static_cast<std::uint8_t>((*high << 4) | *low);
  }
  return out;
}

}  // namespace

std::string_view to_string(FingerprintError error) {
  switch (error) {
    case FingerprintError::kNone:
      return "no fingerprint";
    case FingerprintError::kUnknownAlgorithm:
      return "no fingerprint of a known algorithm";
    case FingerprintError::kMalformed:
      return "malformed fingerprint";
    case FingerprintError::kTooMany:
      return "too many fingerprints";
    case FingerprintError::kAlreadySet:
      return "fingerprints were set before";
  }
  return "unknown";
}

std::expected<std::vector<Fingerprint>, FingerprintError> parse_fingerprints(
    std::span<const ortc::DtlsFingerprint> signaled) {
  if (signaled.empty()) return std::unexpected(FingerprintError::kNone);
  if (signaled.size() > kFingerprintsMax) return std::unexpected(FingerprintError::kTooMany);
  std::vector<Fingerprint> out;
  for (const ortc::DtlsFingerprint& one : signaled) {
    const Algorithm* const algorithm = find_algorithm(one.algorithm);
    if (algorithm == nullptr) continue;
    const auto parsed = parse_value(*algorithm, one.value);
    if (!parsed) return std::unexpected(FingerprintError::kMalformed);
    out.push_back(*parsed);
  }
  if (out.empty()) return std::unexpected(FingerprintError::kUnknownAlgorithm);
  return out;
}

std::string format_fingerprint(ByteView digest) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(digest.size() * 3);
  for (const std::uint8_t byte : digest) {
    if (!out.empty()) out += ':';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
  }
  return out;
}

Fingerprint certificate_fingerprint(const x509_st* certificate, HashAlgorithm algorithm) {
  Fingerprint out;
  out.algorithm = algorithm;
  unsigned size = 0;
  CHECK(X509_digest(certificate, digest_of(algorithm), out.bytes.data(), &size) == 1);
  out.size = static_cast<std::uint8_t>(size);
  return out;
}

bool matches(const x509_st* certificate, std::span<const Fingerprint> fingerprints) {
  if (fingerprints.empty()) return false;
  const HashAlgorithm strongest =
      std::max_element(fingerprints.begin(), fingerprints.end(), [](const auto& a, const auto& b) {
        return a.algorithm < b.algorithm;
      })->algorithm;
  const Fingerprint actual = certificate_fingerprint(certificate, strongest);
  bool found = false;
  for (const Fingerprint& one : fingerprints) {
    if (one.algorithm != strongest) continue;
    found |= CRYPTO_memcmp(one.bytes.data(), actual.bytes.data(), actual.size) == 0;
  }
  return found;
}

}  // namespace confab::dtls
