#include "rtc/stun/wire.h"

#include <array>

#include "rtc/stun/message.h"

namespace confab::stun {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1u) != 0 ? (value >> 1) ^ 0xEDB88320u : value >> 1;
    }
    table[i] = value;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();
constexpr std::uint32_t kFingerprintXor = 0x5354554E;

}  // namespace

std::uint32_t fingerprint_of(ByteView before) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const std::uint8_t byte : before) crc = kCrcTable[(crc ^ byte) & 0xFFu] ^ (crc >> 8);
  return ~crc ^ kFingerprintXor;
}

Integrity integrity_of(ByteView before, const IntegrityKey& key) {
  std::array<std::uint8_t, 2> length{};
  store_be16(length.data(), static_cast<std::uint16_t>(before.size() - kHeaderBytes +
                                                       kAttributeHeaderBytes + kIntegrityBytes));
  const std::array<ByteView, 3> parts{before.first(2), ByteView(length), before.subspan(4)};
  return key.compute(parts);
}

}  // namespace confab::stun
