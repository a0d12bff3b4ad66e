// What a decoder makes of the frames that arrive: each needs the frames that it was made from. A
// frame that comes before those waits for them a while; what can not be decoded is counted.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "sim/synthetic_media.h"

namespace confab::sim {

class Decoder {
 public:
  // All packets of a frame are there.
  void on_frame(Instant now, std::uint32_t stream, std::uint32_t frame, const Vp8Fields& fields);

  struct Shown {
    Instant at;
    std::uint32_t stream = 0;
    std::uint32_t frame = 0;
    std::uint8_t temporal = 0;
  };
  const std::vector<Shown>& shown() const { return shown_; }
  // Complete, and never to be decoded: something that they need was not sent, or lost for good.
  std::size_t undecodable() const { return waiting_.size(); }
  // Between two of them, from then on until `end`, which counts as one.
  Duration longest_gap(Instant from, Instant end) const;
  std::size_t shown_between(Instant from, Instant end) const;
  // libwebrtc's measure: a gap longer than max(3 intervals, one and 150 ms).
  std::size_t freezes(Instant from, Instant end, Duration interval) const;

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;

  bool can_decode(std::uint32_t stream, const Vp8Fields& fields) const;
  void show(Instant now, const Key& key, const Vp8Fields& fields);

  std::set<Key> decoded_;
  std::map<Key, Vp8Fields> waiting_;
  std::vector<Shown> shown_;
};

}  // namespace confab::sim
