// The numbers under which one receiver is sent a track: sequence numbers without gaps and picture
// ids that go on by one, whatever pauses, changes layers or leaves frames out behind them. Leads a
// number that was given out back to the source's packet, so that what the receiver asks for again
// is found in the source's log.
//
// What is forwarded is a row of spans. Within a span everything is shifted by the same; one begins
// where a consumer begins or changes what it forwards, and after each packet that is left out.
//
//   source   7 8 9 │ 10 11 │ 12 13      10 and 11 left out, then another layer from 500 on
//   given    1 2 3 │   ·   │  4  5 │ 6 7 8
//                                  │ 500 501 502
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtc/rtp/types.h"
#include "sfu/media_packet.h"

namespace confab::sfu {

// What VP8 and VP9 payloads number their pictures with.
struct PictureIds {
  std::optional<std::uint16_t> picture_id;  // 7 or 15 bits
  std::optional<std::uint8_t> tl0_pic_idx;
  bool operator==(const PictureIds&) const = default;
};

class PacketMap {
 public:
  explicit PacketMap(rtp::SeqNo first) : last_out_(std::int64_t{first.value} - 1) {}

  // The receiver goes on with this packet of the source: it gets the number after the last one
  // given out, and the picture id after the last picture's.
  void start_at(const SourceId& source, std::int64_t seq, const PictureIds& ids);

  // Where packets were put.
  struct Span {
    std::int64_t first = 0;  // the number of its first packet, unwrapped
    // What is added to the source's.
    std::int64_t seq_offset = 0;
    SourceId source;
    std::uint32_t time_offset = 0;
    std::uint16_t picture_id_offset = 0;
    std::uint8_t tl0_pic_idx_offset = 0;

    PictureIds apply(const PictureIds& ids, bool picture_id_is_long) const;
  };
  static_assert(sizeof(Span) == 32);

  // The packet is forwarded, with this shift of its timestamp if none behind it was before. nullptr
  // if it is from before the start, or the numbers were closed over it: it must not go out. Its
  // number is `seq` + the span's seq_offset. The span is valid until the next call. Needs a
  // start_at before.
  const Span* accept(std::int64_t seq, std::uint32_t time_offset, const PictureIds& ids);
  // The packet is left out, and the numbers close over it. `picture_id`: that of its frame, where
  // the codec's pictures must be numbered without gaps (VP8). False if a later packet went out or
  // was left out before: this one has its number, and should be forwarded, or the receiver asks for
  // it in vain.
  bool leave_out(std::int64_t seq, std::optional<std::uint16_t> picture_id);

  // The number that is given out next.
  std::int64_t next() const { return last_out_ + 1; }
  // How many packets behind the newest of its source that was forwarded or left out; not positive
  // if it is not late.
  std::int64_t lateness(std::int64_t seq) const { return next_source_ - 1 - seq; }
  // The unwrapped number that is meant by what a receiver says of it; from next() on it is one that
  // was not given out.
  std::int64_t unwrap(rtp::SeqNo out) const {
    return last_out_ + rtp::distance(rtp::to_seq(last_out_), out);
  }
  // In what the number was given out; nullptr if that is too long ago, or never.
  const Span* find(std::int64_t out) const;

 private:
  // A call at 30 frames a second that leaves out every other frame begins 15 in a second, and
  // packets are held for repeats up to 1.5 s: 23; with two left out of four, as many. The rest is
  // for changes of layer in between.
  static constexpr std::size_t kSpansMax = 48;

  const Span* find_late(std::int64_t seq) const;
  void begin_span(std::uint32_t time_offset);

  std::vector<Span> spans_;  // in order of what was given out
  std::int64_t last_out_;
  std::int64_t next_source_ = 0;  // the packet that last_out_ + 1 stands for
  std::size_t run_ = 0;           // the first span of the current source
  SourceId source_;
  std::uint16_t picture_id_offset_ = 0;
  std::uint8_t tl0_pic_idx_offset_ = 0;
  // As given out.
  std::uint16_t last_picture_id_ = 0;
  std::uint8_t last_tl0_pic_idx_ = 0;
  bool has_pictures_ = false;
  std::optional<std::uint16_t> left_out_picture_;  // the source's; the last one
};

}  // namespace confab::sfu
