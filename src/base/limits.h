// Every limit in one place, with the sum that explains it. At a limit we drop and count, or refuse
// with a reason; those already inside keep their call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace confab::limits {

// The largest datagram taken in. WebRTC's stay below 1500: browsers send RTP of 1200 and cut DTLS
// flights to the path's MTU. A slot of the packet pool is this, or less for what fits into less,
// and a cache line of books.
inline constexpr std::size_t kPacketBytes = 1536;
// What browsers' media fits into: RTP of 1200 and SRTP's tag of 16. The largest of ten seconds of
// Chromium's 720p is 1208 (bench/data).
inline constexpr std::size_t kUsualPacketBytes = 1216;
// What goes out in one datagram, IP and UDP headers aside: 1500 - 40 (IPv6) - 8 (UDP), less room
// for a VPN's overhead. Chromium's own limit for a whole RTP packet is 1200 + extensions.
inline constexpr std::size_t kDatagramBytesOut = 1400;
// RFC 4571 frames carry a 16-bit length; more than a datagram's worth is refused.
inline constexpr std::size_t kTcpFrameBytes = kPacketBytes;

// ICE: paths remembered per transport (a browser with two interfaces, UDP and TCP, has four).
inline constexpr std::size_t kPathsPerTransport = 8;

// Per participant: two transports in use and two during a re-negotiation.
inline constexpr std::size_t kTransportsPerParticipant = 4;
// Camera, microphone, screen, screen's audio, and as many again while devices are switched.
inline constexpr std::size_t kProducersPerParticipant = 16;
// A grid of 500 with two streams each.
inline constexpr std::size_t kConsumersPerTransport = 1024;
inline constexpr std::size_t kEncodingsPerProducer = 4;
inline constexpr std::size_t kParticipantsPerMeeting = 1000;

// STUN and TURN servers that browsers are told of. Each is asked every two seconds whether it is
// there (platform/ice_health) and by each browser when it gathers; three ways to four servers
// are 12. Chromium takes 32 (libwebrtc, kMaxTurnServers).
inline constexpr std::size_t kIceUrls = 32;

// Messages on their way from one shard to another: 20 ms of 100,000 packets a second, ten times
// what a turn of a loaded shard takes. 4.5 MB each way between two shards that share a meeting.
inline constexpr std::size_t kPipeMessages = 2048;
// Of those, what packets leave free for everything else. One for each producer that changes within
// a turn; what finds no place waits for the next.
inline constexpr std::size_t kPipeStateMessages = 128;

}  // namespace confab::limits
