// What scenarios share.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/world.h"

namespace confab::sim {

inline TrackOptions camera() {
  return {};
}
inline TrackOptions microphone() {
  TrackOptions options;
  options.is_video = false;
  options.payload_bytes = 120;
  options.frame_interval = 20ms;
  return options;
}
inline TrackOptions simulcast() {
  TrackOptions options;
  options.is_simulcast = true;
  options.packets_per_frame = 2;
  options.payload_bytes = 600;
  return options;
}

template <typename Event>
std::vector<Event> events_of(World& world) {
  std::vector<Event> out;
  for (const control::MediaEvent& event : world.events()) {
    if (const auto* body = std::get_if<Event>(&event.body)) out.push_back(*body);
  }
  return out;
}

// What a receiver must never see, whatever the network does.
inline void expect_sound(const Subscriber& subscriber) {
  EXPECT_EQ(subscriber.content_errors(), 0u);
  EXPECT_EQ(subscriber.mid_errors(), 0u);
}

// Where the way down loses nothing, the very first packet is one that a decoder can start at.
inline void expect_decodable_start(const Subscriber& subscriber) {
  ASSERT_TRUE(subscriber.first_tag());
  EXPECT_TRUE(subscriber.first_was_key_frame());
  EXPECT_EQ(subscriber.first_tag()->index, 0);
}

// Packets in the order of their sequence: no gap, time never steps back, each new picture has the
// next picture id, and what goes on after a break does so with a key frame.
inline void expect_continuous(const Subscriber& subscriber) {
  const Subscriber::Step* before = nullptr;
  for (const auto& [seq, step] : subscriber.steps()) {
    if (before != nullptr) {
      ASSERT_EQ(seq, before->seq + 1);
      const bool same_frame =
          step.tag.stream == before->tag.stream && step.tag.frame == before->tag.frame;
      const std::int32_t passed = rtp::distance(before->timestamp, step.timestamp);
      ASSERT_EQ(same_frame, passed == 0) << "at " << seq;
      ASSERT_GE(passed, 0) << "at " << seq;
      ASSERT_LT(passed, 90'000 * 60) << "at " << seq;
      if (subscriber.consumer().kind == ortc::MediaKind::kVideo) {
        // After a pause, and where another layer takes over, a decoder must be able to start.
        if (step.tag.stream != before->tag.stream || step.at - before->at > 400ms) {
          ASSERT_TRUE(step.fields.is_key_frame && step.tag.index == 0) << "at " << seq;
        }
        const int step_of_id = same_frame ? 0 : 1;
        ASSERT_EQ(step.fields.picture_id, (before->fields.picture_id + step_of_id) & 0x7FFF);
        ASSERT_EQ(step.fields.tl0_pic_idx,
                  static_cast<std::uint8_t>(before->fields.tl0_pic_idx + step_of_id));
      }
    }
    before = &step;
  }
}

inline LinkProfile bad_link() {
  LinkProfile link;
  link.delay = 25ms;  // up and down on both sides of the server: 100 ms there and back
  link.jitter = 3ms;
  link.loss_permille = 100;
  link.duplicate_permille = 20;
  link.reorder_permille = 50;
  return link;
}

struct Lost {
  std::size_t frames = 0;
  std::size_t excused = 0;
  std::size_t unexcused = 0;
};

// Frames from the first that the receiver could decode to the last that had the time to be
// repaired. A frame that did not arrive is excused if the network dropped one of its packets on one
// of the two ways as often as it was sent.
inline Lost count_lost(const World& world, const Subscriber& subscriber, std::uint32_t receiver,
                       std::uint32_t stream, std::uint32_t last_frame, std::uint16_t packets) {
  Lost lost;
  if (!subscriber.first_decodable_frame()) {
    ADD_FAILURE() << "nothing to decode arrived";
    return lost;
  }
  const auto& frames = subscriber.frames();
  for (std::uint32_t frame = *subscriber.first_decodable_frame(); frame <= last_frame; ++frame) {
    ++lost.frames;
    const auto it = frames.find({stream, frame});
    if (it != frames.end() && it->second.is_complete()) continue;
    bool excused = false;
    for (std::uint16_t i = 0; i < packets; ++i) {
      excused |= world.fates().was_lost(Fates::kUp, stream, frame, i) ||
                 world.fates().was_lost(receiver, stream, frame, i);
    }
    ++(excused ? lost.excused : lost.unexcused);
  }
  return lost;
}

}  // namespace confab::sim
