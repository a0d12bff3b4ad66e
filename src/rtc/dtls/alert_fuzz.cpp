// Datagrams at the reader of alerts. The first byte of the input chooses the cipher. The corpus
// holds alerts that are authentic under the key below.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rtc/dtls/alert_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::dtls;
  if (size == 0) return 0;
  RecordKey key;
  key.cipher = static_cast<RecordCipher>(data[0] % 3);
  for (std::size_t i = 0; i < key.key.size(); ++i) key.key[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < key.iv.size(); ++i) key.iv[i] = static_cast<std::uint8_t>(0x40 + i);
  const confab::ByteView datagram(data + 1, size - 1);
  const auto alert = AlertReader(key).find_end(datagram);
  if (!alert) return 0;
  if (!alert->ends()) std::abort();
  // What one key opens, no other does.
  key.key[0] ^= 1;
  if (AlertReader(key).find_end(datagram)) std::abort();
  return 0;
}
