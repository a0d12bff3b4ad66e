// What one participant may do with media. The media plane holds everybody to it, whatever signaling
// lets through (Admit, SetPermits in control/media.h).
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/ortc/types.h"

namespace confab::control {

// What a track shows or plays.
enum class TrackSource : std::uint8_t { kCamera, kMicrophone, kScreen, kScreenAudio };
inline constexpr std::uint8_t kAllSources = 0b1111;

// A screen's picture and a camera are video; the other two are audio.
constexpr ortc::MediaKind kind_of(TrackSource source) {
  return source == TrackSource::kCamera || source == TrackSource::kScreen ? ortc::MediaKind::kVideo
                                                                          : ortc::MediaKind::kAudio;
}

struct Permits {
  std::uint8_t sources = kAllSources;  // bit i: TrackSource i
  bool can_subscribe = true;
  bool can_publish_data = true;

  constexpr bool allows(TrackSource source) const {
    return (sources & (1U << static_cast<unsigned>(source))) != 0;
  }
  // A track of which nobody said what it is might be any of its kind.
  constexpr bool allows(ortc::MediaKind kind, std::optional<TrackSource> source) const {
    if (source) return allows(*source);
    return kind == ortc::MediaKind::kVideo
               ? allows(TrackSource::kCamera) && allows(TrackSource::kScreen)
               : allows(TrackSource::kMicrophone) && allows(TrackSource::kScreenAudio);
  }
  bool operator==(const Permits&) const = default;
};

}  // namespace confab::control
