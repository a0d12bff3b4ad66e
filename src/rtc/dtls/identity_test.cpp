#include "rtc/dtls/identity.h"

#include <gtest/gtest.h>

#include "rtc/dtls/test_pair.h"

namespace confab::dtls {
namespace {

// openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1, for tests only.
constexpr std::string_view kP384Key = R"(-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDSVTM/Hz8onjFyeRgk
a60+zwcKxD0rBEVZeTYIET2oEP2V9tjeYriype3Qw8c1GwChZANiAAQD5N0T1RnZ
Q/7heN0qrGAZ702oY4OdVnpvm0c741YyFnoWVvLnv/IUucqiN1bcmcXBumHKZkWn
SKKvecIwjKNJEf0NBP4ca89Wf0XHau2ARIoeESlu/rI18tKCLS+kdwI=
-----END PRIVATE KEY-----
)";

std::string key_block(const std::string& pem) {
  return pem.substr(0, pem.find("-----BEGIN CERTIFICATE"));
}
std::string certificate_block(const std::string& pem) {
  return pem.substr(pem.find("-----BEGIN CERTIFICATE"));
}

IdentityError error_of(std::string_view pem) {
  const auto identity = DtlsIdentity::from_pem(pem);
  EXPECT_FALSE(identity.has_value());
  return identity ? IdentityError{} : identity.error();
}

TEST(DtlsIdentity, TwoAreDifferent) {
  EXPECT_EQ(server_identity().fingerprint().algorithm, "sha-256");
  EXPECT_EQ(server_identity().fingerprint().value.size(), 32u * 3 - 1);
  EXPECT_NE(server_identity().fingerprint(), client_identity().fingerprint());
}

TEST(DtlsIdentity, SurvivesARestartAsPem) {
  const std::string pem = server_identity().to_pem();
  const auto again = DtlsIdentity::from_pem(pem);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->fingerprint(), server_identity().fingerprint());
  EXPECT_EQ(again->to_pem(), pem);

  const auto other_order = DtlsIdentity::from_pem(certificate_block(pem) + key_block(pem));
  ASSERT_TRUE(other_order.has_value());
  EXPECT_EQ(other_order->fingerprint(), server_identity().fingerprint());
}

TEST(DtlsIdentity, RefusesPemThatIsNotOne) {
  const std::string pem = server_identity().to_pem();
  EXPECT_EQ(error_of(""), IdentityError::kMalformedPem);
  EXPECT_EQ(error_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            IdentityError::kMalformedPem);
  EXPECT_EQ(error_of(key_block(pem)), IdentityError::kMalformedPem);
  EXPECT_EQ(error_of(certificate_block(pem)), IdentityError::kMalformedPem);
  EXPECT_EQ(error_of(std::string_view(pem).substr(0, pem.size() - 80)),
            IdentityError::kMalformedPem);
}

TEST(DtlsIdentity, RefusesAKeyThatIsNotTheCertificates) {
  EXPECT_EQ(error_of(key_block(client_identity().to_pem()) +
                     certificate_block(server_identity().to_pem())),
            IdentityError::kKeyMismatch);
}

TEST(DtlsIdentity, RefusesAnotherKindOfKey) {
  EXPECT_EQ(error_of(std::string(kP384Key) + certificate_block(server_identity().to_pem())),
            IdentityError::kUnsupportedKey);
}

}  // namespace
}  // namespace confab::dtls
