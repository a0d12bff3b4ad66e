// Datagrams and time at a DTLS server. The input is a row of datagrams, each behind a byte that
// says how many milliseconds pass before it and two with its length.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "rtc/dtls/dtls_transport.h"

namespace {

const confab::dtls::DtlsIdentity& identity() {
  static const auto made = confab::dtls::DtlsIdentity::generate(1767225600);
  if (!made) std::abort();
  return *made;
}

void drain(confab::dtls::DtlsTransport& server) {
  confab::dtls::DtlsOutput output;
  while (server.poll(output)) {
    // Nobody was told who the peer is: whatever comes in, no key may come out.
    if (std::holds_alternative<confab::dtls::Connected>(output)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  dtls::DtlsTransport server(identity(), {});
  Instant now{1s};
  ByteReader reader(ByteView(data, size));
  while (reader.ok() && reader.remaining() > 0) {
    now += std::chrono::milliseconds(reader.u8());
    const std::size_t length = reader.u16();
    const std::size_t available = length < reader.remaining() ? length : reader.remaining();
    if (server.next_timeout() <= now) {
      server.handle_timeout(now);
      drain(server);
    }
    server.handle_packet(now, reader.bytes(available));
    drain(server);
  }
  return 0;
}
