// Any datagram at the STUN parser; what parses is read back and checked against a key.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rtc/stun/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  static const stun::IntegrityKey key("VOkJxbRl1RmTxUk/WvJxBt");
  const ByteView datagram(data, size);
  const auto ufrag = stun::find_local_ufrag(datagram);
  const auto message = stun::Message::parse(datagram);
  if (!message) return 0;
  (void)message->check_integrity(key);
  // The quick look and the parser agree on who is asked for.
  if (message->message_class() == stun::Class::kRequest && ufrag && !message->username().empty() &&
      stun::split_username(message->username())->local != *ufrag) {
    std::abort();
  }
  return 0;
}
