// Keeps VP8's picture ids and TL0PICIDX continuous across pauses and layer changes (RFC 7741 §4.2):
// a decoder takes a jump for loss, a step back for an old frame.
#pragma once

#include <cstdint>
#include <optional>

namespace confab::sfu {

struct PictureIds {
  std::optional<std::uint16_t> picture_id;  // 7 or 15 bits
  std::optional<std::uint8_t> tl0_pic_idx;
  bool operator==(const PictureIds&) const = default;
};

class PictureIdRewriter {
 public:
  // The stream goes on with the frame of these ids.
  void start_at(const PictureIds& source);
  // `picture_id_bits` is how many the source's packet has room for.
  PictureIds map(const PictureIds& source, unsigned picture_id_bits);
  // What is added to the source's since the last start_at.
  std::uint16_t picture_id_offset() const { return picture_offset_; }
  std::uint8_t tl0_pic_idx_offset() const { return tl0_offset_; }

 private:
  std::uint16_t last_picture_id_ = 0;
  std::uint16_t picture_offset_ = 0;
  std::uint8_t last_tl0_ = 0;
  std::uint8_t tl0_offset_ = 0;
  bool started_ = false;
};

}  // namespace confab::sfu
