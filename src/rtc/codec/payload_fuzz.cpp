// Every codec's parser over the same bytes; a rewrite must keep everything but what it writes.
#include <vector>

#include "base/check.h"
#include "rtc/codec/payload.h"

namespace confab::codec {
namespace {

void check_rewrite(Codec codec, ByteView payload) {
  std::vector<std::uint8_t> copy(payload.begin(), payload.end());
  const auto before = parse_payload(codec, copy);
  if (!before) return;
  CHECK(before->places.picture_id < copy.size() && before->places.tl0_pic_idx < copy.size());
  rewrite_picture_ids(copy, before->places, 0x2A55, 0x99);
  const auto after = parse_payload(codec, copy);
  CHECK(after.has_value());
  CHECK(after->is_key_frame_start == before->is_key_frame_start);
  CHECK(after->temporal_layer == before->temporal_layer);
  CHECK(after->picture_id.has_value() == before->picture_id.has_value());
  if (after->picture_id) {
    CHECK(*after->picture_id == (after->places.picture_id_is_long ? 0x2A55 : 0x55));
  }
  if (after->tl0_pic_idx) CHECK(*after->tl0_pic_idx == 0x99);
}

}  // namespace
}  // namespace confab::codec

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::codec;
  const confab::ByteView payload(data, size);
  for (const auto codec : {Codec::kOpus, Codec::kH264, Codec::kAv1, Codec::kOther}) {
    parse_payload(codec, payload);
  }
  check_rewrite(Codec::kVp8, payload);
  check_rewrite(Codec::kVp9, payload);
  return 0;
}
