#include "base/random.h"

#include <string_view>

#include "base/check.h"

namespace confab {

std::uint32_t Random::u32() {
  std::uint8_t b[4];
  fill(b);
  return load_be32(b);
}

std::uint64_t Random::u64() {
  std::uint8_t b[8];
  fill(b);
  return load_be64(b);
}

std::uint32_t Random::between(std::uint32_t low, std::uint32_t high) {
  CHECK(low <= high);
  const std::uint64_t range = std::uint64_t{high} - low + 1;
  // 64 random bits over a range of at most 2^32: the bias is below 2^-32.
  return low + static_cast<std::uint32_t>(u64() % range);
}

std::string Random::alphanumeric(std::size_t length) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  out.reserve(length);
  while (out.size() < length) {
    std::uint8_t b[32];
    fill(b);
    for (const std::uint8_t v : b) {
      // Six bits; 62 and 63 are thrown away, so that every character is as likely as another.
      if ((v & 63u) < kAlphabet.size() && out.size() < length) out.push_back(kAlphabet[v & 63u]);
    }
  }
  return out;
}

void SeededRandom::fill(MutableBytes out) {
  std::size_t at = 0;
  while (at < out.size()) {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    for (int i = 0; i < 8 && at < out.size(); ++i, ++at) {
      out[at] = static_cast<std::uint8_t>(z >> (8 * i));
    }
  }
}

}  // namespace confab
