// As much SDP (RFC 8866, RFC 8829) as it takes to speak with Janus: our parameters as a
// description, and a description that it wrote as parameters. One transport for everything
// (BUNDLE), one stream for each section.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/net.h"
#include "rtc/ortc/types.h"

namespace confab::bench {

struct MediaSection {
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::RtpParameters parameters;  // with a mid; codecs are the media's and its RTX
};

struct Description {
  ortc::IceParameters ice;
  std::vector<ortc::DtlsFingerprint> fingerprints;
  std::optional<Endpoint> candidate;  // the first of UDP
  std::vector<MediaSection> media;
};

enum class SdpDirection { kSendOnly, kReceiveOnly };

// We are the DTLS client in every case.
std::string write_description(const Description& description, SdpDirection direction);

// kInvalidArgument names the line.
Result<Description> read_description(std::string_view sdp);

}  // namespace confab::bench
