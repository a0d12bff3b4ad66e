// What a Chromium would state by signaling: capabilities and the rtpParameters of produce, with its
// own payload types and extension ids, which differ from the router's.
#pragma once

#include <cstdint>
#include <string>

#include "rtc/ortc/types.h"

namespace confab::sim {

inline constexpr std::uint8_t kOpusPayloadType = 111;
inline constexpr std::uint8_t kVp8PayloadType = 96;
inline constexpr std::uint8_t kVp8RtxPayloadType = 97;
inline constexpr std::uint8_t kH264PayloadType = 102;
inline constexpr std::uint8_t kH264RtxPayloadType = 103;

// The ids of header extensions in what a client sends.
inline constexpr std::uint8_t kMidId = 4;
inline constexpr std::uint8_t kRidId = 10;
inline constexpr std::uint8_t kRepairedRidId = 11;
inline constexpr std::uint8_t kAbsSendTimeId = 2;
inline constexpr std::uint8_t kTransportCcId = 3;
inline constexpr std::uint8_t kAudioLevelId = 1;

ortc::RtpParameters opus_parameters(const std::string& mid, std::uint32_t ssrc,
                                    const std::string& cname);
ortc::RtpParameters vp8_parameters(const std::string& mid, std::uint32_t ssrc,
                                   std::uint32_t rtx_ssrc, const std::string& cname);
// Three layers r0 to r2, known by their RIDs alone.
ortc::RtpParameters vp8_simulcast_parameters(const std::string& mid);

// The same of H264 instead of VP8.
void make_h264(ortc::RtpParameters& parameters);

// As a client that knows only REMB.
void remove_transport_cc(ortc::RtpParameters& parameters);

}  // namespace confab::sim
