// From what the server says in signaling to tracks and receivers, and back: what mediasoup-client
// does in a browser, for the codecs the load generator sends (opus and VP8). Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "client/subscriber.h"
#include "client/track.h"
#include "rtc/ortc/types.h"

namespace confab::client {

struct VideoWish {
  std::uint32_t bitrate_bps = 1'500'000;  // of the highest layer
  std::uint32_t frames_per_second = 30;
  // Three layers, each with a quarter of the next one's bitrate.
  bool simulcast = false;
};

// A track and the parameters that announce it (`produce`).
template <typename Track>
struct Offer {
  Track track;
  ortc::RtpParameters parameters;
};

// kUnsupported when the router has no opus, or no VP8 with RTX. `mid` is unique per transport.
Result<Offer<AudioTrack>> offer_audio(const ortc::RtpCapabilities& router, std::string mid,
                                      Random& random);
Result<Offer<VideoTrack>> offer_video(const ortc::RtpCapabilities& router, std::string mid,
                                      const VideoWish& wish, Random& random);

// What to expect of a consumer. kUnsupported when its parameters name no SSRC or codec.
Result<ReceiveConfig> expect(ortc::MediaKind kind, const ortc::RtpParameters& parameters);

}  // namespace confab::client
