// Bounds-checked reading and writing of network byte order. A reader that runs past the end turns
// false and stays false; the caller checks once, after the fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace confab {

using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline ByteView as_bytes(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_chars(ByteView b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

inline std::uint16_t load_be16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>((p[0] << 8) | p[1]);
}
inline std::uint32_t load_be24(const std::uint8_t* p) {
  return (std::uint32_t{p[0]} << 16) | (std::uint32_t{p[1]} << 8) | p[2];
}
inline std::uint32_t load_be32(const std::uint8_t* p) {
  return (std::uint32_t{p[0]} << 24) | (std::uint32_t{p[1]} << 16) | (std::uint32_t{p[2]} << 8) |
         p[3];
}
inline std::uint64_t load_be64(const std::uint8_t* p) {
  return (std::uint64_t{load_be32(p)} << 32) | load_be32(p + 4);
}
inline void store_be16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
inline void store_be24(std::uint8_t* p, std::uint32_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 16);
  p[1] = static_cast<std::uint8_t>(v >> 8);
  p[2] = static_cast<std::uint8_t>(v);
}
inline void store_be32(std::uint8_t* p, std::uint32_t v) {
  store_be16(p, static_cast<std::uint16_t>(v >> 16));
  store_be16(p + 2, static_cast<std::uint16_t>(v));
}
inline void store_be64(std::uint8_t* p, std::uint64_t v) {
  store_be32(p, static_cast<std::uint32_t>(v >> 32));
  store_be32(p + 4, static_cast<std::uint32_t>(v));
}

// Reads from a view. After a read past the end, every read gives zero and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(ByteView data) : data_(data) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return data_.size() - at_; }
  std::size_t offset() const { return at_; }

  std::uint8_t u8() { return take(1) ? data_[at_ - 1] : std::uint8_t{0}; }
  std::uint16_t u16() { return take(2) ? load_be16(&data_[at_ - 2]) : std::uint16_t{0}; }
  std::uint32_t u24() { return take(3) ? load_be24(&data_[at_ - 3]) : 0; }
  std::uint32_t u32() { return take(4) ? load_be32(&data_[at_ - 4]) : 0; }
  std::uint64_t u64() { return take(8) ? load_be64(&data_[at_ - 8]) : 0; }
  // The next n bytes, or an empty view when there are not as many.
  ByteView bytes(std::size_t n) { return take(n) ? data_.subspan(at_ - n, n) : ByteView{}; }
  void skip(std::size_t n) { take(n); }

 private:
  bool take(std::size_t n) {
    if (!ok_ || n > data_.size() - at_) {
      ok_ = false;
      return false;
    }
    at_ += n;
    return true;
  }

  ByteView data_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Writes into a fixed buffer. A write past the end writes nothing and ok() turns false.
class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes out) : out_(out) {}

  bool ok() const { return ok_; }
  std::size_t size() const { return at_; }
  std::size_t remaining() const { return out_.size() - at_; }
  MutableBytes written() const { return out_.first(at_); }

  void u8(std::uint8_t v) {
    if (take(1)) out_[at_ - 1] = v;
  }
  void u16(std::uint16_t v) {
    if (take(2)) store_be16(&out_[at_ - 2], v);
  }
  void u24(std::uint32_t v) {
    if (take(3)) store_be24(&out_[at_ - 3], v);
  }
  void u32(std::uint32_t v) {
    if (take(4)) store_be32(&out_[at_ - 4], v);
  }
  void u64(std::uint64_t v) {
    if (take(8)) store_be64(&out_[at_ - 8], v);
  }
  void bytes(ByteView v) {
    if (take(v.size()) && !v.empty()) std::memcpy(&out_[at_ - v.size()], v.data(), v.size());
  }
  void zeros(std::size_t n) {
    if (take(n) && n > 0) std::memset(&out_[at_ - n], 0, n);
  }

 private:
  bool take(std::size_t n) {
    if (!ok_ || n > out_.size() - at_) {
      ok_ = false;
      return false;
    }
    at_ += n;
    return true;
  }

  MutableBytes out_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace confab
