#include "engine/rfc4571.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"

namespace confab::engine {
namespace {

std::vector<std::uint8_t> framed(const std::vector<std::string>& frames) {
  std::vector<std::uint8_t> out;
  for (const std::string& f : frames) {
    out.push_back(static_cast<std::uint8_t>(f.size() >> 8));
    out.push_back(static_cast<std::uint8_t>(f.size()));
    out.insert(out.end(), f.begin(), f.end());
  }
  return out;
}

TEST(Rfc4571, FramesComeOutHoweverTheStreamIsCut) {
  const std::vector<std::string> frames = {"a",   std::string(1500, 'b'), "",
                                           "ccc", std::string(255, 'd'),  "e"};
  const std::vector<std::uint8_t> stream = framed(frames);
  const std::vector<std::string> expected = {"a", frames[1], "ccc", frames[4], "e"};

  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    FrameReader reader(1984);
    std::vector<std::string> got;
    ByteView rest = stream;
    while (!rest.empty()) {
      const std::size_t n =
          std::min<std::size_t>(random.between(1, seed % 2 == 0 ? 4 : 900), rest.size());
      ASSERT_TRUE(reader.read(rest.first(n), [&](ByteView f) { got.emplace_back(as_chars(f)); }));
      rest = rest.subspan(n);
    }
    EXPECT_EQ(got, expected);
  }
}

TEST(Rfc4571, AFrameOverTheLimitBreaksTheStreamForGood) {
  FrameReader reader(100);
  const std::vector<std::uint8_t> stream = framed({"fine", std::string(101, 'x')});
  int frames = 0;
  EXPECT_FALSE(reader.read(stream, [&](ByteView) { ++frames; }));
  EXPECT_EQ(frames, 1);
  EXPECT_FALSE(reader.read(framed({"late"}), [&](ByteView) { ++frames; }));
  EXPECT_EQ(frames, 1);
}

}  // namespace
}  // namespace confab::engine
