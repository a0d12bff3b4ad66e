// Numbers of RTP that must not mix (RFC 3550 §5.1). SeqNo and RtpTime wrap, so they have a distance
// and no order; an order that survives the wrap is SeqUnwrapper's 64-bit number.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace confab::rtp {

struct Ssrc {
  std::uint32_t value = 0;
  auto operator<=>(const Ssrc&) const = default;
};

struct SeqNo {
  std::uint16_t value = 0;
  bool operator==(const SeqNo&) const = default;
};

// In units of the codec's clock rate.
struct RtpTime {
  std::uint32_t value = 0;
  bool operator==(const RtpTime&) const = default;
};

constexpr SeqNo operator+(SeqNo seq, std::int64_t n) {
  return {static_cast<std::uint16_t>(seq.value + n)};
}
constexpr RtpTime operator+(RtpTime time, std::int64_t n) {
  return {static_cast<std::uint32_t>(time.value + n)};
}

// The way from `from` to `to` by the shorter side of the circle: positive when `to` is ahead.
constexpr std::int32_t distance(SeqNo from, SeqNo to) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(to.value - from.value));
}
constexpr std::int32_t distance(RtpTime from, RtpTime to) {
  return static_cast<std::int32_t>(to.value - from.value);
}
constexpr bool is_newer(SeqNo a, SeqNo than) {
  return distance(than, a) > 0;
}
constexpr bool is_newer(RtpTime a, RtpTime than) {
  return distance(than, a) > 0;
}

// The low bits of an unwrapped number are the number on the wire.
constexpr SeqNo to_seq(std::int64_t unwrapped) {
  return {static_cast<std::uint16_t>(unwrapped)};
}
constexpr RtpTime to_rtp_time(std::int64_t unwrapped) {
  return {static_cast<std::uint32_t>(unwrapped)};
}

// Extends a wrapping number to 64 bits, taking each for the one nearest to the highest seen. The
// first stays as it is on the wire; one that is older than it may be negative.
template <typename Number, typename Wrapped>
class Unwrapper {
 public:
  // Extends, and moves the reference forward when the number is the highest so far.
  std::int64_t unwrap(Number number) {
    const std::int64_t extended = peek(number);
    if (!started_ || extended > highest_) highest_ = extended;
    started_ = true;
    return extended;
  }
  // Extends without moving the reference.
  std::int64_t peek(Number number) const {
    if (!started_) return number.value;
    return highest_ + distance(Number{static_cast<Wrapped>(highest_)}, number);
  }
  bool started() const { return started_; }
  std::int64_t highest() const { return highest_; }
  void reset() { *this = {}; }

 private:
  std::int64_t highest_ = 0;
  bool started_ = false;
};
using SeqUnwrapper = Unwrapper<SeqNo, std::uint16_t>;
using TimeUnwrapper = Unwrapper<RtpTime, std::uint32_t>;

}  // namespace confab::rtp

template <>
struct std::hash<confab::rtp::Ssrc> {
  std::size_t operator()(confab::rtp::Ssrc ssrc) const noexcept {
    return std::hash<std::uint32_t>{}(ssrc.value);
  }
};
