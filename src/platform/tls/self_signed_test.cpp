#include "platform/tls/self_signed.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <vector>

namespace confab {
namespace {

TEST(SelfSigned, IsForTheNamesAndAddressesGiven) {
  const std::vector<IpAddress> addresses = {*IpAddress::parse("192.0.2.7"),
                                            *IpAddress::parse("2001:db8::7")};
  const auto made = make_self_signed("box.example", addresses, 1'700'000'000);
  ASSERT_TRUE(made);

  BIO* bio = BIO_new_mem_buf(made->certificate.data(), static_cast<int>(made->certificate.size()));
  X509* x = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  ASSERT_NE(x, nullptr);
  EXPECT_EQ(X509_check_host(x, "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(x, "box.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(x, "other.example", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(x, "192.0.2.7", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(x, "2001:db8::7", 0), 1);
  EXPECT_EQ(X509_verify(x, X509_get0_pubkey(x)), 1);
  EXPECT_NE(made->key.find("PRIVATE KEY"), std::string::npos);
  X509_free(x);
  BIO_free(bio);
}

}  // namespace
}  // namespace confab
