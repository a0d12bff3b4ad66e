// What a client says of how a meeting goes for the person: durations, counts and words of a fixed
// set, so that nothing in it says who they are or what they see. Believed as far as statistics go.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace confab::call {

// In the order in which a join goes through them.
enum class JoinStep : std::uint8_t { kSocket, kJoin, kIce, kDtls, kFirstMedia, kFirstFrame };
inline constexpr std::size_t kJoinSteps = 6;

enum class StepFailure : std::uint8_t { kTimeout, kRefused, kLost, kFailed };
inline constexpr std::size_t kStepFailures = 4;

// Of the candidate on the client's side (RFC 8445 §5.1.1); ours are hosts.
enum class PairType : std::uint8_t { kHost, kSrflx, kPrflx, kRelay };
inline constexpr std::size_t kPairTypes = 4;

// What was away: the connection to signaling, the path of media, or the media plane itself.
enum class Interruption : std::uint8_t { kSocket, kIce, kMedia };
inline constexpr std::size_t kInterruptions = 3;

struct ClientReport {
  struct Failure {
    JoinStep step = JoinStep::kSocket;
    StepFailure reason = StepFailure::kFailed;
  };
  struct Pair {
    PairType type = PairType::kHost;
    bool is_tcp = false;
  };
  struct Mended {
    Interruption what = Interruption::kSocket;
    std::uint32_t away_ms = 0;
  };

  // Since the click; those that the join has come to since the report before.
  std::array<std::optional<std::uint32_t>, kJoinSteps> steps_ms{};
  std::optional<Failure> failure;
  std::optional<Pair> pair;
  std::vector<Mended> mended;
  // Since the report before.
  std::uint32_t freezes = 0;
  std::uint32_t frozen_ms = 0;
  std::uint32_t video_ms = 0;      // that was to be seen, of all streams together
  std::uint32_t concealed_ms = 0;  // sound that was made up
  std::uint32_t audio_ms = 0;      // that was to be heard
};

// One connection's; at this rate a client that says something twice a minute never meets them.
inline constexpr std::size_t kMendedMax = 8;
inline constexpr std::uint32_t kReportedMsMax = 600'000;
// 64 streams, for as long as a report can speak of.
inline constexpr std::uint32_t kReportedStreamMsMax = 64 * kReportedMsMax;
inline constexpr std::uint32_t kFreezesMax = 10'000;

}  // namespace confab::call
