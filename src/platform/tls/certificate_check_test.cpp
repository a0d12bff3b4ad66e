#include "platform/tls/certificate_check.h"

#include <gtest/gtest.h>

#include "platform/tls/self_signed.h"

namespace confab {
namespace {

TEST(CertificateCheck, FindsWhatBelongsTogetherAndSaysWhatDoesNot) {
  const auto one = *make_self_signed("one", {}, 1'700'000'000);
  const auto other = *make_self_signed("other", {}, 1'700'000'000);
  const auto said = [](const std::string& certificate, const std::string& key) {
    const auto checked = check_certificate(certificate, key);
    return checked ? "good" : checked.error().message;
  };
  EXPECT_EQ(said(one.certificate, one.key), "good");
  EXPECT_EQ(said(one.certificate, other.key), "its key is another one's");
  EXPECT_EQ(said("", one.key), "is no certificate in PEM");
  EXPECT_EQ(said(one.certificate, "nonsense"), "its key is none in PEM");
}

TEST(CertificateCheck, KnowsUntilWhenItIsGood) {
  constexpr std::int64_t kFrom = 1'700'000'000, kDay = 86'400;
  const auto made = *make_self_signed("one", {}, kFrom);
  const auto until = certificate_expiry(made.certificate);
  ASSERT_TRUE(until.has_value());
  EXPECT_GT(*until, kFrom + 800 * kDay);
  EXPECT_LE(*until, kFrom + 825 * kDay);
  EXPECT_FALSE(certificate_expiry("nothing").has_value());
}

}  // namespace
}  // namespace confab
