#include "sfu/picture_id_rewriter.h"

namespace confab::sfu {
namespace {

constexpr std::uint16_t kPictureIdMask = 0x7FFF;

bool picture_is_newer(std::uint16_t a, std::uint16_t than) {
  const std::uint16_t ahead = (a - than) & kPictureIdMask;
  return ahead != 0 && ahead < 0x4000;
}
bool tl0_is_newer(std::uint8_t a, std::uint8_t than) {
  const auto ahead = static_cast<std::uint8_t>(a - than);
  return ahead != 0 && ahead < 0x80;
}

}  // namespace

void PictureIdRewriter::start_at(const PictureIds& source) {
  const bool first = !started_;
  started_ = true;
  if (source.picture_id) {
    if (first) last_picture_id_ = static_cast<std::uint16_t>(*source.picture_id - 1);
    picture_offset_ = static_cast<std::uint16_t>(last_picture_id_ + 1 - *source.picture_id);
  }
  if (source.tl0_pic_idx) {
    if (first) last_tl0_ = static_cast<std::uint8_t>(*source.tl0_pic_idx - 1);
    tl0_offset_ = static_cast<std::uint8_t>(last_tl0_ + 1 - *source.tl0_pic_idx);
  }
}

PictureIds PictureIdRewriter::map(const PictureIds& source, unsigned picture_id_bits) {
  PictureIds out;
  if (source.picture_id) {
    const auto id =
        static_cast<std::uint16_t>((*source.picture_id + picture_offset_) & kPictureIdMask);
    if (picture_is_newer(id, last_picture_id_)) last_picture_id_ = id;
    out.picture_id = static_cast<std::uint16_t>(id & ((1u << picture_id_bits) - 1));
  }
  if (source.tl0_pic_idx) {
    const auto tl0 = static_cast<std::uint8_t>(*source.tl0_pic_idx + tl0_offset_);
    if (tl0_is_newer(tl0, last_tl0_)) last_tl0_ = tl0;
    out.tl0_pic_idx = tl0;
  }
  return out;
}

}  // namespace confab::sfu
