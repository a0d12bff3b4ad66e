#include "rtc/dtls/fingerprint.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "rtc/dtls/test_pair.h"

namespace confab::dtls {
namespace {

std::string repeated(std::string_view pair, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ':';
    out += pair;
  }
  return out;
}

using Signaled = std::vector<ortc::DtlsFingerprint>;

FingerprintError error_of(const Signaled& signaled) {
  const auto parsed = parse_fingerprints(signaled);
  EXPECT_FALSE(parsed.has_value());
  return parsed ? FingerprintError{} : parsed.error();
}

TEST(Fingerprint, ReadsEveryAlgorithmInAnyCase) {
  const Signaled signaled = {{"sha-1", repeated("00", 20)},
                             {"SHA-256", repeated("aB", 32)},
                             {"sha-384", repeated("ff", 48)},
                             {"Sha-512", repeated("0A", 64)}};
  const auto parsed = parse_fingerprints(signaled);
  ASSERT_TRUE(parsed.has_value());
  ASSERT_EQ(parsed->size(), 4u);
  EXPECT_EQ(parsed->at(1).algorithm, HashAlgorithm::kSha256);
  EXPECT_EQ(parsed->at(1).size, 32);
  EXPECT_EQ(parsed->at(1).bytes[31], 0xAB);
  EXPECT_EQ(parsed->at(3).bytes[63], 0x0A);
}

TEST(Fingerprint, PassesOverAlgorithmsItDoesNotKnow) {
  const Signaled signaled = {{"md5", "00"}, {"sha-256", repeated("01", 32)}};
  EXPECT_EQ(parse_fingerprints(signaled)->size(), 1u);
  EXPECT_EQ(error_of({{"md5", "00"}}), FingerprintError::kUnknownAlgorithm);
  EXPECT_EQ(error_of({{"sha-25", repeated("01", 32)}}), FingerprintError::kUnknownAlgorithm);
}

TEST(Fingerprint, RefusesWhatIsMalformed) {
  EXPECT_EQ(error_of({}), FingerprintError::kNone);
  EXPECT_EQ(error_of(Signaled(kFingerprintsMax + 1, {"sha-1", repeated("00", 20)})),
            FingerprintError::kTooMany);
  std::string dashes = repeated("01", 32);
  dashes[2] = '-';
  std::string not_hex = repeated("01", 32);
  not_hex[94] = 'g';
  for (const std::string& value :
       {std::string(), repeated("01", 31), repeated("01", 33), dashes, not_hex}) {
    EXPECT_EQ(error_of({{"sha-256", value}}), FingerprintError::kMalformed) << value;
  }
}

TEST(Fingerprint, MatchesByTheStrongestAlgorithmOnly) {
  // Given a certificate with its fingerprints by two algorithms.
  const X509* const certificate = SSL_CTX_get0_certificate(server_identity().context());
  const Fingerprint sha1 = certificate_fingerprint(certificate, HashAlgorithm::kSha1);
  const Fingerprint sha512 = certificate_fingerprint(certificate, HashAlgorithm::kSha512);
  Fingerprint wrong = sha512;
  wrong.bytes[63] ^= 1;
  const auto match = [&](const std::vector<Fingerprint>& list) {
    return matches(certificate, list);
  };
  EXPECT_TRUE(match({sha1}));
  EXPECT_TRUE(match({sha1, sha512}));
  EXPECT_TRUE(match({wrong, sha512})) << "any of the set";
  EXPECT_FALSE(match({wrong}));
  EXPECT_FALSE(match({sha1, wrong})) << "a weak match does not make up for a strong mismatch";
  EXPECT_FALSE(match({}));
}

TEST(Fingerprint, EveryAlgorithmNoticesAnotherCertificate) {
  const X509* const mine = SSL_CTX_get0_certificate(server_identity().context());
  const X509* const other = SSL_CTX_get0_certificate(client_identity().context());
  for (const auto algorithm : {HashAlgorithm::kSha1, HashAlgorithm::kSha256, HashAlgorithm::kSha384,
                               HashAlgorithm::kSha512}) {
    const std::vector<Fingerprint> list{certificate_fingerprint(mine, algorithm)};
    EXPECT_TRUE(matches(mine, list));
    EXPECT_FALSE(matches(other, list));
  }
}

}  // namespace
}  // namespace confab::dtls
