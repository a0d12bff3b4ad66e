#include "sfu/packet_map.h"

#include <algorithm>
#include <ranges>

#include "base/check.h"

namespace confab::sfu {
namespace {

constexpr std::uint16_t kLongPictureId = 0x7FFF;
constexpr std::uint16_t kShortPictureId = 0x7F;

bool picture_is_newer(std::uint16_t a, std::uint16_t than) {
  const std::uint16_t ahead = (a - than) & kLongPictureId;
  return ahead != 0 && ahead < 0x4000;
}
bool tl0_is_newer(std::uint8_t a, std::uint8_t than) {
  const auto ahead = static_cast<std::uint8_t>(a - than);
  return ahead != 0 && ahead < 0x80;
}

}  // namespace

PictureIds PacketMap::Span::apply(const PictureIds& ids, bool picture_id_is_long) const {
  PictureIds out;
  if (ids.picture_id) {
    out.picture_id =
        static_cast<std::uint16_t>((*ids.picture_id + picture_id_offset) &
                                   (picture_id_is_long ? kLongPictureId : kShortPictureId));
  }
  if (ids.tl0_pic_idx) {
    out.tl0_pic_idx = static_cast<std::uint8_t>(*ids.tl0_pic_idx + tl0_pic_idx_offset);
  }
  return out;
}

void PacketMap::start_at(const SourceId& source, std::int64_t seq, const PictureIds& ids) {
  source_ = source;
  next_source_ = seq;
  run_ = spans_.size();
  left_out_picture_.reset();
  // The first stream keeps its ids.
  const bool goes_on = has_pictures_;
  if (ids.picture_id) {
    if (!goes_on) last_picture_id_ = static_cast<std::uint16_t>(*ids.picture_id - 1);
    picture_id_offset_ = static_cast<std::uint16_t>(last_picture_id_ + 1 - *ids.picture_id);
  }
  if (ids.tl0_pic_idx) {
    if (!goes_on) last_tl0_pic_idx_ = static_cast<std::uint8_t>(*ids.tl0_pic_idx - 1);
    tl0_pic_idx_offset_ = static_cast<std::uint8_t>(last_tl0_pic_idx_ + 1 - *ids.tl0_pic_idx);
  }
  has_pictures_ = true;
}

const PacketMap::Span* PacketMap::accept(std::int64_t seq, std::uint32_t time_offset,
                                         const PictureIds& ids) {
  if (seq < next_source_) return find_late(seq);
  begin_span(time_offset);
  const Span& span = spans_.back();
  last_out_ = seq + span.seq_offset;
  next_source_ = seq + 1;
  const PictureIds out = span.apply(ids, true);
  if (out.picture_id && picture_is_newer(*out.picture_id, last_picture_id_)) {
    last_picture_id_ = *out.picture_id;
  }
  if (out.tl0_pic_idx && tl0_is_newer(*out.tl0_pic_idx, last_tl0_pic_idx_)) {
    last_tl0_pic_idx_ = *out.tl0_pic_idx;
  }
  return &span;
}

bool PacketMap::leave_out(std::int64_t seq, std::optional<std::uint16_t> picture_id) {
  if (seq < next_source_ || run_ == spans_.size()) return false;
  // What is missing before it keeps its numbers: it may still come. It is of the span before.
  last_out_ += seq - next_source_;
  next_source_ = seq + 1;
  if (picture_id && picture_id != left_out_picture_) {
    --picture_id_offset_;
    left_out_picture_ = picture_id;
  }
  return true;
}

const PacketMap::Span* PacketMap::find(std::int64_t out) const {
  if (out > last_out_) return nullptr;
  const auto newest_first = spans_ | std::views::reverse;
  const auto it = std::ranges::find_if(newest_first, [&](const Span& s) { return s.first <= out; });
  return it == newest_first.end() ? nullptr : &*it;
}

const PacketMap::Span* PacketMap::find_late(std::int64_t seq) const {
  std::int64_t end = last_out_ + 1;
  for (std::size_t i = spans_.size(); i > run_; --i) {
    const Span& span = spans_[i - 1];
    const std::int64_t out = seq + span.seq_offset;
    if (out >= end) return nullptr;  // left out
    if (out >= span.first) return &span;
    end = span.first;
  }
  return nullptr;
}

// Unless everything is shifted as before.
void PacketMap::begin_span(std::uint32_t time_offset) {
  const std::int64_t seq_offset = last_out_ + 1 - next_source_;
  if (run_ != spans_.size()) {
    const Span& last = spans_.back();
    if (last.seq_offset == seq_offset && last.time_offset == time_offset) return;
  }
  if (spans_.size() == kSpansMax) {
    spans_.erase(spans_.begin());
    if (run_ > 0) --run_;
  }
  spans_.push_back({.first = last_out_ + 1,
                    .seq_offset = seq_offset,
                    .source = source_,
                    .time_offset = time_offset,
                    .picture_id_offset = picture_id_offset_,
                    .tl0_pic_idx_offset = tl0_pic_idx_offset_});
}

}  // namespace confab::sfu
