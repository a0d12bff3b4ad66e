// Which of the latest packet indices were seen (RFC 3711 §3.3.2). A ring of bits that moves by
// whole words, so that moving it costs no shifting.
#pragma once

#include <array>
#include <cstdint>

namespace confab::srtp {

class ReplayWindow {
 public:
  // How far back packets are still taken. The RFC asks for 64; a retransmission burst or a path
  // change reorders more. One word of the ring is always the one being filled.
  static constexpr std::uint64_t kPackets = 512;

  enum class Verdict : std::uint8_t { kNew, kSeen, kTooOld };

  Verdict check(std::uint64_t index) const {
    if (!started_ || index > highest_) return Verdict::kNew;
    if (highest_ - index >= kPackets) return Verdict::kTooOld;
    return (words_[word_of(index)] & bit_of(index)) != 0 ? Verdict::kSeen : Verdict::kNew;
  }

  // Only for an index that check() found new, after it proved authentic.
  void record(std::uint64_t index) {
    if (!started_ || index > highest_) advance_to(index);
    words_[word_of(index)] |= bit_of(index);
  }

  bool started() const { return started_; }
  std::uint64_t highest() const { return highest_; }

 private:
  static constexpr std::uint64_t kWords = kPackets / 64 + 1;

  static std::size_t word_of(std::uint64_t index) { return (index / 64) % kWords; }
  static std::uint64_t bit_of(std::uint64_t index) { return std::uint64_t{1} << (index % 64); }

  void advance_to(std::uint64_t index) {
    if (started_) {
      const std::uint64_t steps = index / 64 - highest_ / 64;
      for (std::uint64_t i = 1; i <= steps && i <= kWords; ++i) {
        words_[(highest_ / 64 + i) % kWords] = 0;
      }
    }
    started_ = true;
    highest_ = index;
  }

  std::array<std::uint64_t, kWords> words_{};
  std::uint64_t highest_ = 0;
  bool started_ = false;
};

}  // namespace confab::srtp
