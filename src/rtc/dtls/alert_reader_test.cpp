// With records of our own making; what OpenSSL encrypts is in let_go_test.cpp.
#include "rtc/dtls/alert_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rtc/dtls/test_record.h"

namespace confab::dtls {
namespace {

RecordKey key_for(RecordCipher cipher) {
  RecordKey key{.cipher = cipher};
  for (std::size_t i = 0; i < key.key.size(); ++i) key.key[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < key.iv.size(); ++i) key.iv[i] = static_cast<std::uint8_t>(0x40 + i);
  return key;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class AlertReaderTest : public testing::TestWithParam<RecordCipher> {
 protected:
  std::optional<Alert> find_end(const Bytes& datagram) const { return reader_.find_end(datagram); }
  Bytes sealed(const Record& record = {}) const { return seal(key_, record); }

  const RecordKey key_ = key_for(GetParam());
  const AlertReader reader_{key_};
};

TEST_P(AlertReaderTest, ReadsWhatEnds) {
  const auto closed = find_end(sealed());
  ASSERT_TRUE(closed.has_value());
  EXPECT_TRUE(closed->is_close_notify());
  const auto failed = find_end(sealed({.seq = 0xffff'ffff'ffff, .text = {2, 80}}));
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->description, 80);
}

TEST_P(AlertReaderTest, PassesOverWhatDoesNotEnd) {
  const Bytes user_canceled = sealed({.seq = 7, .text = {1, 90}});
  EXPECT_FALSE(find_end(user_canceled).has_value());
  EXPECT_TRUE(find_end(user_canceled + sealed({.seq = 8})).has_value());
}

TEST_P(AlertReaderTest, FindsItBehindOtherRecords) {
  const Bytes handshake = sealed({.type = 22, .seq = 2, .text = Bytes(40, 1)});
  EXPECT_FALSE(find_end(handshake).has_value());
  EXPECT_TRUE(find_end(handshake + sealed()).has_value());
  // The same two bytes, authentic, and no alert.
  for (const std::uint8_t type : Bytes{20, 22, 23, 24}) {
    EXPECT_FALSE(find_end(sealed({.type = type})).has_value());
  }
}

TEST_P(AlertReaderTest, TakesOnlyOurEpochAndVersionAndTwoBytes) {
  EXPECT_FALSE(find_end(sealed({.epoch = 0})).has_value());
  EXPECT_FALSE(find_end(sealed({.epoch = 2})).has_value());
  EXPECT_FALSE(find_end(sealed({.version = 0xfeff})).has_value());
  EXPECT_FALSE(find_end(sealed({.text = {}})).has_value());
  EXPECT_FALSE(find_end(sealed({.text = {1}})).has_value());
  EXPECT_FALSE(find_end(sealed({.text = {1, 0, 1}})).has_value());
  // In the clear, as before the handshake.
  EXPECT_FALSE(find_end({21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0}).has_value());
  EXPECT_FALSE(find_end({21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0}).has_value());
}

TEST_P(AlertReaderTest, EveryBitCounts) {
  const Bytes whole = sealed();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes spoilt = whole;
    spoilt[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(find_end(spoilt).has_value()) << "bit " << bit;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(find_end(Bytes(whole.begin(), whole.begin() + static_cast<int>(size))).has_value())
        << size << " bytes";
  }
}

TEST_P(AlertReaderTest, AnotherKeyOpensNothing) {
  for (const bool in_key : {true, false}) {
    RecordKey other = key_;
    (in_key ? other.key[0] : other.iv[0]) ^= 1;
    EXPECT_FALSE(find_end(seal(other, {})).has_value());
  }
}

TEST_P(AlertReaderTest, TriesOnlyAFewOfOneDatagram) {
  Bytes forged = sealed();
  forged.back() ^= 1;
  EXPECT_TRUE(find_end(forged + forged + forged + sealed()).has_value());
  EXPECT_FALSE(find_end(forged + forged + forged + forged + sealed()).has_value());
}

INSTANTIATE_TEST_SUITE_P(Ciphers, AlertReaderTest,
                         testing::Values(RecordCipher::kAes128Gcm, RecordCipher::kAes256Gcm,
                                         RecordCipher::kChaCha20Poly1305),
                         [](const auto& one) {
                           return std::string(one.param == RecordCipher::kAes128Gcm   ? "Aes128Gcm"
                                              : one.param == RecordCipher::kAes256Gcm ? "Aes256Gcm"
                                                                                      : "ChaCha");
                         });

}  // namespace
}  // namespace confab::dtls
