// JSON text from a client, through the readers, the derivation and the writers. The first byte says
// what it is read as. What passed must survive being written and read again, and whatever a
// publisher got through must be safe to derive from.
#include <boost/json.hpp>
#include <cstdlib>

#include "rtc/ortc/codec.h"
#include "rtc/ortc/ortc.h"
#include "rtc/ortc/router_capabilities.h"
#include "rtc/ortc/validate.h"
#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"

namespace {

using namespace confab;

const ortc::RtpCapabilities& router() {
  static const ortc::RtpCapabilities capabilities =
      *ortc::router_capabilities(ortc::default_router_codecs());
  return capabilities;
}

void derive(const ortc::RtpParameters& parameters, ortc::MediaKind kind) {
  SeededRandom random(1);
  ortc::producer_type(parameters);
  const auto mapping = ortc::producer_mapping(parameters, router(), random);
  if (!mapping) return;
  const auto consumable = ortc::consumable_parameters(kind, parameters, router(), *mapping);
  ortc::SsrcAllocator ssrcs(random);
  const auto consumer = ortc::consumer_parameters(consumable, router(), {.mid = "0"}, ssrcs);
  if (!consumer || !ortc::validate(*consumer, kind)) std::abort();
}

// Reads, and if that went well, writes and reads again.
template <typename Read>
void round_trip(const boost::json::value& value, Read read) {
  json::ReadStatus status;
  const auto first = read(json::Reader(value, status));
  if (!status.ok()) return;
  const boost::json::value written = ortc_json::to_json(first);
  if (read(json::Reader(written, status)) != first || !status.ok()) std::abort();
  if constexpr (requires { first.encodings; })
    derive(first, *ortc::kind_of(first.codecs[0].mime_type));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto value = json::parse(as_chars({data + 1, size - 1}));
  if (!value) return 0;
  switch (data[0] % 4) {
    case 0:
      round_trip(*value, ortc_json::read_rtp_capabilities);
      break;
    case 1:
      round_trip(*value, ortc_json::read_dtls_parameters);
      break;
    default: {
      const auto kind = data[0] % 4 == 2 ? ortc::MediaKind::kAudio : ortc::MediaKind::kVideo;
      round_trip(*value,
                 [&](const json::Reader& r) { return ortc_json::read_rtp_parameters(r, kind); });
    }
  }
  return 0;
}
