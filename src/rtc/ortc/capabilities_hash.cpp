#include "rtc/ortc/capabilities_hash.h"

#include <cstddef>
#include <string_view>

namespace confab::ortc {
namespace {

// FNV-1a, 64 bits. Each text and each list goes in with its length, so that what stands at the end
// of one and at the start of the next is not the same.
class Hash {
 public:
  void add(std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8) add_byte(number >> shift);
  }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  void add(const Parameters& parameters) {
    add(std::uint64_t{parameters.size()});
    for (const Parameter& parameter : parameters) {
      add(parameter.name);
      add(std::uint64_t{parameter.value.index()});
      if (const auto* number = std::get_if<std::int64_t>(&parameter.value)) {
        add(static_cast<std::uint64_t>(*number));
      } else {
        add(std::get<std::string>(parameter.value));
      }
    }
  }
  void add(const RtpCodecCapability& codec) {
    add(static_cast<std::uint64_t>(codec.kind));
    add(codec.mime_type);
    add(std::uint64_t{codec.clock_rate});
    add(std::uint64_t{codec.channels});
    add(codec.preferred_payload_type ? std::uint64_t{*codec.preferred_payload_type} : 256U);
    add(codec.parameters);
    add(std::uint64_t{codec.rtcp_feedback.size()});
    for (const RtcpFeedback& feedback : codec.rtcp_feedback) {
      add(feedback.type);
      add(feedback.parameter);
    }
  }
  void add(const RtpHeaderExtension& extension) {
    add(static_cast<std::uint64_t>(extension.kind));
    add(extension.uri);
    add(std::uint64_t{extension.preferred_id});
    add(std::uint64_t{extension.preferred_encrypt});
    add(static_cast<std::uint64_t>(extension.direction));
  }
  CapabilitiesHash value() const { return value_; }

 private:
  void add_byte(std::uint64_t byte) { value_ = (value_ ^ (byte & 0xff)) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

CapabilitiesHash capabilities_hash(const RtpCapabilities& capabilities) {
  Hash hash;
  hash.add(std::uint64_t{capabilities.codecs.size()});
  for (const RtpCodecCapability& codec : capabilities.codecs) hash.add(codec);
  hash.add(std::uint64_t{capabilities.header_extensions.size()});
  for (const RtpHeaderExtension& extension : capabilities.header_extensions) hash.add(extension);
  return hash.value();
}

}  // namespace confab::ortc
