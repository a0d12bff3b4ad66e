#include "platform/auth/jws_key.h"

#include "gtest/gtest.h"
#include "platform/auth/base64url.h"
#include "platform/auth/rfc_vectors.h"

namespace confab::auth {
namespace {

std::string bytes(std::string_view text) {
  return base64url_decode(text).value();
}

VerifyKey rsa() {
  return VerifyKey::rsa(as_bytes(bytes(vectors::kRsaModulus)), as_bytes(bytes("AQAB"))).value();
}
VerifyKey p256() {
  return VerifyKey::p256(as_bytes(bytes(vectors::kP256X)), as_bytes(bytes(vectors::kP256Y)))
      .value();
}
VerifyKey ed25519() {
  return VerifyKey::ed25519(as_bytes(bytes(vectors::kEd25519X))).value();
}

struct Vector {
  std::string name;
  VerifyKey key;
  std::string text;
  std::string signature;
};

std::vector<Vector> published() {
  const auto signed_by = [](std::string_view header) {
    return std::string(header) + '.' + std::string(vectors::kPayload);
  };
  std::vector<Vector> out;
  out.push_back({"RFC 7515 A.1", VerifyKey::hmac(bytes(vectors::kHmacSecret)).value(),
                 signed_by(vectors::kHmacHeader), bytes(vectors::kHmacSignature)});
  out.push_back(
      {"RFC 7515 A.2", rsa(), signed_by(vectors::kRsaHeader), bytes(vectors::kRsaSignature)});
  out.push_back(
      {"RFC 7515 A.3", p256(), signed_by(vectors::kP256Header), bytes(vectors::kP256Signature)});
  out.push_back({"RFC 8037 A.4", ed25519(), std::string(vectors::kEd25519Text),
                 bytes(vectors::kEd25519Signature)});
  return out;
}

TEST(VerifyKey, takes_the_signatures_that_the_rfcs_publish) {
  for (const Vector& each : published()) {
    EXPECT_TRUE(each.key.verify(each.text, each.signature)) << each.name;
  }
}

TEST(VerifyKey, refuses_each_of_them_with_any_byte_changed_or_missing) {
  for (const Vector& each : published()) {
    EXPECT_FALSE(each.key.verify(each.text + "x", each.signature)) << each.name;
    for (std::size_t i = 0; i < each.signature.size(); ++i) {
      std::string changed = each.signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_FALSE(each.key.verify(each.text, changed)) << each.name << " byte " << i;
    }
    EXPECT_FALSE(each.key.verify(each.text, each.signature.substr(1))) << each.name;
    EXPECT_FALSE(each.key.verify(each.text, each.signature + '\0')) << each.name;
    EXPECT_FALSE(each.key.verify(each.text, "")) << each.name;
  }
}

TEST(VerifyKey, refuses_the_signature_of_nothing_for_an_elliptic_curve) {
  // CVE-2022-21449: r and s of zero passed for everything elsewhere.
  EXPECT_FALSE(p256().verify("text", std::string(64, '\0')));
}

TEST(VerifyKey, refuses_keys_that_are_weak_or_none) {
  EXPECT_EQ(VerifyKey::hmac(std::string(31, 'x')).error(), KeyFault::kWeak);
  EXPECT_EQ(VerifyKey::rsa(as_bytes(std::string(128, '\xff')), as_bytes(bytes("AQAB"))).error(),
            KeyFault::kWeak);
  EXPECT_EQ(VerifyKey::rsa(as_bytes(std::string(1025, '\xff')), as_bytes(bytes("AQAB"))).error(),
            KeyFault::kWeak);
  const std::string modulus = bytes(vectors::kRsaModulus);
  for (const std::string_view exponent : {"\x01", "\x02", ""}) {
    EXPECT_FALSE(VerifyKey::rsa(as_bytes(modulus), as_bytes(exponent)));
  }
  std::string beside = bytes(vectors::kP256Y);
  beside.back() = static_cast<char>(beside.back() ^ 1);
  EXPECT_EQ(VerifyKey::p256(as_bytes(bytes(vectors::kP256X)), as_bytes(beside)).error(),
            KeyFault::kMalformed);
  EXPECT_FALSE(VerifyKey::p256(as_bytes(std::string(32, '\0')), as_bytes(std::string(32, '\0'))));
  EXPECT_FALSE(VerifyKey::ed25519(as_bytes(std::string(31, 'x'))));
}

TEST(SigningKey, makes_what_its_public_half_takes_and_no_other_does) {
  const SigningKey key = SigningKey::make_p256();
  const SigningKey other = SigningKey::make_p256();
  const std::string signature = key.sign("text");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(key.verify_key().verify("text", signature));
  EXPECT_FALSE(key.verify_key().verify("another", signature));
  EXPECT_FALSE(other.verify_key().verify("text", signature));
}

TEST(SigningKey, comes_back_from_its_file) {
  const SigningKey key = SigningKey::make_p256();
  const auto again = SigningKey::from_pem(key.to_pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->algorithm(), Algorithm::kEs256);
  EXPECT_TRUE(key.verify_key().verify("text", again->sign("text")));
  EXPECT_EQ(again->public_jwk("k"), key.public_jwk("k"));
}

TEST(SigningKey, of_files_that_are_none_says_so) {
  EXPECT_EQ(SigningKey::from_pem("").error(), KeyFault::kMalformed);
  EXPECT_EQ(SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
                .error(),
            KeyFault::kMalformed);
  EXPECT_EQ(SigningKey::hmac("short").error(), KeyFault::kWeak);
}

}  // namespace
}  // namespace confab::auth
