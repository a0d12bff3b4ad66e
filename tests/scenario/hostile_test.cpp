// A participant who lies about where it is, and a network that copies packets. A check shows that
// its sender knows the password, or has seen a check; where it comes from is only said.
#include <array>
#include <functional>
#include <initializer_list>
#include <string_view>

#include "rtc/stun/builder.h"
#include "rtc/stun/integrity_key.h"
#include "scenario.h"

namespace confab::sim {
namespace {

class CountingLog final : public LogSink {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
    if (event == "transport_path") ++path_lines;
  }
  std::size_t path_lines = 0;
};

struct Hostile : testing::Test {
  Hostile() {
    world.run_for(500ms);
    video = &ben.subscribe(anna.publish(camera()).producer);
    world.run_for(2s);
  }
  // A check of whoever owns `leg`, as it would be if it came from there.
  void inject_check(const Peer::Leg& leg, const Path& from) {
    std::array<std::uint8_t, 256> buffer;
    stun::Builder builder(buffer, stun::Class::kRequest, stun::TransactionId{1});
    builder.username(leg.created.ice.username_fragment + ":x");
    builder.priority(2'000'000'000);
    builder.ice_controlling(1);
    builder.use_candidate();
    const stun::IntegrityKey key(leg.created.ice.password);
    world.inject(from, builder.finish(&key));
  }
  std::uint64_t bytes_sent_to(const Peer::Leg& leg) {
    const auto stats = world.ask<control::MeetingStats>(control::GetMeetingStats{});
    for (const auto& t : stats.transports) {
      if (t.transport == leg.created.transport) return t.bytes_sent;
    }
    return 0;
  }
  std::size_t frames_in(Duration duration, const std::function<void()>& meanwhile) {
    const std::size_t before = video->complete_frames();
    for (Instant end = world.now() + duration; world.now() < end;) {
      meanwhile();
      world.run_for(20ms);
    }
    return video->complete_frames() - before;
  }

  CountingLog log;
  World world{{.seed = 61, .log = &log}};
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  Subscriber* video = nullptr;
};

TEST_F(Hostile, a_few_checks_from_a_forged_address_do_not_flood_it) {
  // Given ben, who is quiet from now on, and eight addresses that are somebody else's.
  ben.receiving().client->go_silent();
  for (int i = 0; i < 8; ++i) inject_check(ben.receiving(), world.new_path(Protocol::kUdp));
  world.run_for(20ms);
  const std::uint64_t before = bytes_sent_to(ben.receiving());
  world.run_for(29s);
  // Then they are sent 32 kB, and 3 kB a second: not the 165 kB a second of a camera.
  const std::uint64_t sent = bytes_sent_to(ben.receiving()) - before;
  EXPECT_LE(sent, 140'000u);
  EXPECT_GT(world.shard().counters().dropped(sfu::Drop::kEgressUnproven), 1000u);
}

TEST_F(Hostile, checks_that_say_they_come_from_a_sender_do_not_cut_it_off) {
  Peer& mallory = world.add_peer();
  world.run_for(500ms);
  const Path victim = anna.sending().client->path();
  EXPECT_GE(frames_in(5s, [&] { inject_check(mallory.receiving(), victim); }), 147u);
  EXPECT_GE(world.shard().counters().dropped(sfu::Drop::kStunPathTaken), 200u);
  expect_sound(*video);
  expect_continuous(*video);
}

TEST_F(Hostile, copied_checks_do_not_take_a_receiver_s_media_away) {
  // Ben's browser reports several times a second; here it asks for key frames.
  const Path copy = world.new_path(Protocol::kUdp);
  const std::size_t frames = frames_in(10s, [&] {
    inject_check(ben.receiving(), copy);
    if (to_ms(world.now().time_since_epoch()) % 100 < 20) video->ask_for_key_frame();
  });
  EXPECT_GE(frames, 290u);
  EXPECT_EQ(video->given_up(), 0u);
  expect_sound(*video);
}

TEST_F(Hostile, a_path_of_somebody_who_left_is_free_after_some_seconds) {
  // Given that anna's machine is gone, and a NAT gives its port to somebody else.
  const Path path = anna.sending().client->path();
  anna.sending().client->go_silent();
  Peer& carl = world.add_peer();
  world.run_for(500ms);
  world.forget(carl.sending().client->path());
  carl.sending().client->move_to(world.now(), path);
  world.enter(carl.sending());
  const std::uint32_t answered = carl.sending().client->checks_answered();
  world.run_for(5s);
  EXPECT_EQ(carl.sending().client->checks_answered(), answered) << "anna may only be quiet";
  world.run_for(8s);
  EXPECT_GT(carl.sending().client->checks_answered(), answered);
}

TEST_F(Hostile, a_check_does_not_get_a_line_in_the_log_each) {
  log.path_lines = 0;
  std::array<Path, 8> paths;
  for (Path& path : paths) path = world.new_path(Protocol::kUdp);
  ben.receiving().client->go_silent();
  for (int i = 0; i < 1000; ++i) {
    inject_check(ben.receiving(), paths[static_cast<std::size_t>(i) % paths.size()]);
    world.run_for(20ms);
  }
  EXPECT_LE(log.path_lines, 10u);
}

}  // namespace
}  // namespace confab::sim
