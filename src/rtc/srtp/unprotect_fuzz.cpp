// Unauthenticated bytes into a receiver of each profile. Then the same bytes as a plain packet are
// protected and must come back.
#include <array>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "rtc/srtp/session.h"

namespace confab::srtp {
namespace {

struct Pair {
  explicit Pair(CryptoProvider& crypto, SrtpProfile profile)
      : sender(crypto, SrtpKeyMaterial{.profile = profile}),
        receiver(crypto, SrtpKeyMaterial{.profile = profile}) {}
  SrtpSender sender;
  SrtpReceiver receiver;
};

void check_round_trip(Pair& pair, ByteView plain) {
  std::array<std::uint8_t, 2048> buffer;
  std::memcpy(buffer.data(), plain.data(), plain.size());
  if (const auto size = pair.sender.protect_rtp(buffer, plain.size())) {
    CHECK(pair.receiver.unprotect_rtp(MutableBytes(buffer).first(*size)) == plain.size());
    CHECK(std::memcmp(buffer.data(), plain.data(), plain.size()) == 0);
  }
  std::memcpy(buffer.data(), plain.data(), plain.size());
  if (const auto size = pair.sender.protect_rtcp(buffer, plain.size())) {
    CHECK(pair.receiver.unprotect_rtcp(MutableBytes(buffer).first(*size)) == plain.size());
    CHECK(std::memcmp(buffer.data(), plain.data(), plain.size()) == 0);
  }
}

void check_garbage(Pair& pair, ByteView data) {
  std::array<std::uint8_t, 2048> buffer;
  std::memcpy(buffer.data(), data.data(), data.size());
  CHECK(!pair.receiver.unprotect_rtp(MutableBytes(buffer).first(data.size())));
  std::memcpy(buffer.data(), data.data(), data.size());
  CHECK(!pair.receiver.unprotect_rtcp(MutableBytes(buffer).first(data.size())));
  CHECK(pair.receiver.ssrc_count() == 0);
}

}  // namespace
}  // namespace confab::srtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  if (size == 0 || size > 2000) return 0;
  static const auto crypto = srtp::make_openssl_provider();
  for (const auto profile : {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAes128CmSha1_80}) {
    srtp::Pair pair(*crypto, profile);
    srtp::check_garbage(pair, {data, size});
    srtp::check_round_trip(pair, {data, size});
  }
  return 0;
}
