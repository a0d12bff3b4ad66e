// Where bytes of files come from: a folder, or a test's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace confab::logview {

class Source {
 public:
  virtual ~Source() = default;
  // From `offset` on as many as there are and go in; 0 at the end, and where the file is gone.
  virtual std::size_t read(std::uint64_t file, std::uint64_t offset, std::span<char> out) = 0;
};

// What is read at once, and the longest line: our own have some 300 bytes.
inline constexpr std::size_t kBlockBytes = 64 * 1024;

}  // namespace confab::logview
