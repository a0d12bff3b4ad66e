#include "service/loadtest/options.h"

namespace confab::loadtest {
namespace {

Result<void> check(bool is_right, const char* why) {
  if (is_right) return {};
  return fail(ErrorCode::kInvalidArgument, why);
}

bool in_v4_block(std::uint32_t address, std::uint32_t block, int prefix_bits) {
  return (address >> (32 - prefix_bits)) == (block >> (32 - prefix_bits));
}

}  // namespace

Result<void> validate(const Options& o) {
  struct Rule {
    bool is_kept;
    const char* why;
  };
  const Rule rules[] = {
      {o.rooms >= 1 && o.rooms <= 10'000, "--rooms: 1 to 10000"},
      {o.participants >= 1 && o.participants <= 10'000, "--participants: 1 to 10000"},
      {o.publishers_per_room() <= o.participants, "--publishers: not more than --participants"},
      {o.subscribers_per_room() <= o.participants, "--subscribers: not more than --participants"},
      {o.joins_per_second > 0, "--ramp: more than 0 joins a second"},
      {o.duration >= 1s && o.duration <= 24h, "--duration: 1 second to 24 hours"},
      {o.audio || o.video, "--no-audio and --no-video together leave nothing to send"},
      {o.video_bitrate_bps >= 50'000 && o.video_bitrate_bps <= 20'000'000,
       "--video-bitrate: 50000 to 20000000 bit/s"},
      {o.frames_per_second >= 1 && o.frames_per_second <= 60, "--fps: 1 to 60"},
      {o.threads >= 1 && o.threads <= 64, "--threads: 1 to 64"},
      {o.verify_one_in >= 1, "--verify-one-in: 1 or more"},
  };
  for (const Rule& rule : rules) {
    if (auto checked = check(rule.is_kept, rule.why); !checked) return checked;
  }
  return {};
}

bool is_private_address(const IpAddress& address) {
  if (address.is_loopback() || address.is_link_local()) return true;
  if (address.is_v4()) {
    const std::uint32_t v4 = address.v4_host_order();
    return in_v4_block(v4, 0x0a000000, 8) || in_v4_block(v4, 0xac100000, 12) ||
           in_v4_block(v4, 0xc0a80000, 16) || in_v4_block(v4, 0x64400000, 10);
  }
  return (address.bytes()[0] & 0xFE) == 0xFC;
}

}  // namespace confab::loadtest
