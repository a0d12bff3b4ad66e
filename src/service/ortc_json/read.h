// What clients send, from JSON into the types that `call` and `control` work with: shape, limits,
// then what it means (ortc::validate). A failure goes into the reader's status with the field's
// path, "rtpParameters.codecs[0].payloadType: expected an integer 0-127", and the value returned is
// then not to be used. Unknown members are ignored, so that newer clients are understood.
#pragma once

#include "control/media.h"
#include "platform/json/json.h"
#include "rtc/ortc/types.h"

namespace confab::ortc_json {

ortc::MediaKind read_kind(const json::Reader& kind);                        // "audio", "video"
control::TransportDirection read_direction(const json::Reader& direction);  // "send", "recv"

// Validated; for what a client that wants to consume can decode.
ortc::RtpCapabilities read_rtp_capabilities(const json::Reader& capabilities);
// Validated as what `produce` sends.
ortc::RtpParameters read_rtp_parameters(const json::Reader& parameters, ortc::MediaKind kind);
// Validated as what `connect` sends.
ortc::DtlsParameters read_dtls_parameters(const json::Reader& parameters);

// An id of our own making: TransportId, ProducerId, ConsumerId, ...
template <typename IdType>
IdType read_id(const json::Reader& id) {
  constexpr std::size_t kIdBytesMax = 64;
  const auto parsed = IdType::parse(id.string(kIdBytesMax));
  if (!parsed && id.ok()) id.fail("not an id of this kind");
  return parsed.value_or(IdType{});
}

}  // namespace confab::ortc_json
