// The words of a client's report, in the order of their enums (call/client_report.h): on the wire
// and as labels.
#pragma once

#include <array>
#include <string_view>

#include "call/client_report.h"

namespace confab::signaling {

inline constexpr std::array<std::string_view, call::kJoinSteps> kStepWords = {
    "socket", "join", "ice", "dtls", "first_media", "first_frame"};
inline constexpr std::array<std::string_view, call::kStepFailures> kFailureWords = {
    "timeout", "refused", "lost", "failed"};
inline constexpr std::array<std::string_view, call::kPairTypes> kPairWords = {"host", "srflx",
                                                                              "prflx", "relay"};
inline constexpr std::array<std::string_view, 2> kProtocolWords = {"udp", "tcp"};
inline constexpr std::array<std::string_view, call::kInterruptions> kInterruptionWords = {
    "socket", "ice", "media"};

}  // namespace confab::signaling
