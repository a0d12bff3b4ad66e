// Randomness as an input, like bytes and time. Services hand in SecureRandom (platform), tests and
// the simulator a SeededRandom, so that the same seed gives the same run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace confab {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes out) = 0;

  std::uint32_t u32();
  std::uint64_t u64();
  // Uniform in [low, high].
  std::uint32_t between(std::uint32_t low, std::uint32_t high);
  // Characters of [A-Za-z0-9], the subset of ice-char that every client takes (RFC 8839 §5.4).
  std::string alphanumeric(std::size_t length);
};

// Deterministic and not secret: tests and simulation only. (splitmix64)
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(MutableBytes out) override;

 private:
  std::uint64_t state_;
};

}  // namespace confab
