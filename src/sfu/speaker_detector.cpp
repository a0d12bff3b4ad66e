#include "sfu/speaker_detector.h"

#include <algorithm>
#include <cstdlib>

namespace confab::sfu {
namespace {

// Background noise of a quiet room stays below, speech at arm's length is 20 dB above.
constexpr std::int32_t kThresholdDbov = -60;
// More people speaking at once than this are not told apart by anybody.
constexpr std::size_t kSpeakersMax = 8;
// An interval holds a dozen packets of 20 ms; DTX sends two or three.
constexpr std::int32_t kPacketsMin = 2;
// Twice or half the sound pressure. To a hundred listeners each change is a hundred messages.
constexpr int kLevelStepDb = 6;

bool is_news(const std::vector<control::AudioLevel>& now,
             const std::vector<control::AudioLevel>& told) {
  const auto is_same = [](const control::AudioLevel& a, const control::AudioLevel& b) {
    return a.producer == b.producer && std::abs(a.level_dbov - b.level_dbov) < kLevelStepDb;
  };
  return !std::ranges::equal(now, told, is_same);
}

}  // namespace

void SpeakerDetector::remove(ProducerId producer) {
  std::erase_if(sources_, [&](const Source& s) { return s.producer == producer; });
}

void SpeakerDetector::on_level(Instant now, ProducerId producer, std::int8_t level_dbov) {
  auto it = std::ranges::find(sources_, producer, &Source::producer);
  if (it == sources_.end()) it = sources_.insert(it, {producer, 0, 0});
  it->sum_dbov += level_dbov;
  ++it->packets;
  if (due_ == kNever) due_ = now + interval_;
}

bool SpeakerDetector::poll(Instant now, control::ActiveSpeakers& out) {
  if (now < due_) return false;
  loudest_.clear();
  std::erase_if(sources_, [](const Source& source) { return source.packets == 0; });
  for (Source& source : sources_) {
    if (source.packets >= kPacketsMin && source.sum_dbov / source.packets >= kThresholdDbov) {
      loudest_.push_back(
          {source.producer, static_cast<std::int8_t>(source.sum_dbov / source.packets)});
    }
    source.sum_dbov = 0;
    source.packets = 0;
  }
  // The next packet, if there is one, starts the next interval.
  due_ = told_.empty() && loudest_.empty() ? kNever : now + interval_;
  std::ranges::sort(loudest_, [](const control::AudioLevel& a, const control::AudioLevel& b) {
    return a.level_dbov != b.level_dbov ? a.level_dbov > b.level_dbov : a.producer < b.producer;
  });
  if (loudest_.size() > kSpeakersMax) loudest_.resize(kSpeakersMax);
  if (!is_news(loudest_, told_)) return false;
  told_ = loudest_;
  out.speakers = told_;
  return true;
}

}  // namespace confab::sfu
