// From what a publisher sends to what a subscriber gets: mapping, consumable and consumer
// parameters, as mediasoup-client expects them. Pure functions over validated values (validate.h);
// no state but SsrcAllocator's, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "rtc/ortc/types.h"

namespace confab::ortc {

// The publisher's payload type and the router's for the same codec.
struct CodecMapping {
  std::uint8_t payload_type = 0;
  std::uint8_t mapped_payload_type = 0;
  bool operator==(const CodecMapping&) const = default;
};
// One of the publisher's encodings, known by rid or ssrc, and the name it has inside the router.
struct EncodingMapping {
  std::optional<std::string> rid;
  std::optional<std::uint32_t> ssrc;
  std::optional<std::string> scalability_mode;
  std::uint32_t mapped_ssrc = 0;
  bool operator==(const EncodingMapping&) const = default;
};
struct ProducerMapping {
  std::vector<CodecMapping> codecs;
  std::vector<EncodingMapping> encodings;  // in the publisher's order: lowest layer first
  bool operator==(const ProducerMapping&) const = default;

  // The router's payload type for the publisher's; nothing if it was not announced.
  std::optional<std::uint8_t> mapped_payload_type(std::uint8_t payload_type) const;
};

// kUnsupported when the router has no codec for one of the publisher's.
Result<ProducerMapping> producer_mapping(const RtpParameters& parameters,
                                         const RtpCapabilities& router, Random& random);

ProducerType producer_type(const RtpParameters& parameters);

// What subscribers are served from; made once per producer. The cname stays the publisher's: the
// transport overrides it (see Cname).
RtpParameters consumable_parameters(MediaKind kind, const RtpParameters& parameters,
                                    const RtpCapabilities& router, const ProducerMapping& mapping);

// The cname of all producers of one transport. Chromium sends "" with simulcast, and a consumer
// whose cname is empty stays dead, so the first non-empty one seen counts for all; if there was
// none, eight random characters, for good.
class Cname {
 public:
  const std::string& settle(const std::string& from_producer, Random& random);

 private:
  std::string value_;
};

// Sender SSRCs of one receive transport: pairs (media, media + 1 for RTX), from a random start,
// never given out twice. Within 100,000,000..999,999,999, as mediasoup does.
class SsrcAllocator {
 public:
  explicit SsrcAllocator(Random& random);
  std::uint32_t next();

 private:
  std::uint32_t next_;
};

bool can_consume(const RtpParameters& consumable, const RtpCapabilities& device);

struct ConsumerOptions {
  std::string mid;          // a counter per receive transport: "0", "1", ...; at most 8 characters
  std::optional<bool> rtx;  // by default video yes, audio no
};
// kUnsupported when the device can decode nothing of it.
Result<RtpParameters> consumer_parameters(const RtpParameters& consumable,
                                          const RtpCapabilities& device,
                                          const ConsumerOptions& options, SsrcAllocator& ssrcs);

}  // namespace confab::ortc
