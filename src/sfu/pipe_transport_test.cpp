#include "sfu/pipe_transport.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/limits.h"

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

// As many places as the test says.
class FakeWriter final : public PipeWriter {
 public:
  PipeMessage* begin(std::size_t spare) override {
    return sent.size() + spare < room ? &next_ : nullptr;
  }
  void commit() override { sent.push_back(next_); }

  std::size_t room = limits::kPipeStateMessages + 4;
  std::deque<PipeMessage> sent;

 private:
  PipeMessage next_;
};

// Says a wish that tells it from the others.
class FakeEnd final : public PipeEnd {
 public:
  FakeEnd(PipeTransport& pipe, LayerMask mark) : pipe_(pipe), mark_(mark) {}
  bool say() override { return pipe_.say({}, {}, PipeWish{.wanted = mark_}); }

 private:
  PipeTransport& pipe_;
  LayerMask mark_;
};

struct PipeTransportTest : testing::Test {
  std::vector<int> wishes() const {
    std::vector<int> out;
    for (const PipeMessage& m : writer.sent) {
      if (const auto* wish = std::get_if<PipeWish>(&m.body)) out.push_back(wish->wanted);
    }
    return out;
  }

  SeededRandom random{1};
  MeetingId meeting = MeetingId::random(random);
  ProducerId producer = ProducerId::random(random);
  FakeWriter writer;
  ShardCounters counters;
  PipeTransport pipe{3, writer, counters};
};

TEST_F(PipeTransportTest, packets_leave_room_for_state) {
  for (int i = 0; i < 10; ++i) {
    PipeMessage* message = pipe.begin_media();
    if (message == nullptr) continue;
    message->body = PipedMedia{};
    pipe.commit_media();
  }
  pipe.send_level(meeting, producer, -20);
  EXPECT_EQ(writer.sent.size(), 4u);
  EXPECT_EQ(counters.pipe_packets_out, 4u);
  EXPECT_EQ(counters.dropped(Drop::kPipeFull), 7u);
  EXPECT_TRUE(pipe.say(meeting, producer, PipedEnd{}));
}

TEST_F(PipeTransportTest, who_waits_is_asked_once_at_the_end_of_the_turn) {
  FakeEnd first(pipe, 1);
  FakeEnd second(pipe, 2);
  EXPECT_EQ(pipe.next_timeout(), kNever);
  pipe.wait(first);
  pipe.wait(second);
  pipe.wait(first);
  EXPECT_TRUE(writer.sent.empty());
  EXPECT_LE(pipe.next_timeout(), kT0);
  pipe.flush(kT0);
  pipe.flush(kT0);
  EXPECT_EQ(wishes(), (std::vector{1, 2}));
  EXPECT_EQ(pipe.next_timeout(), kNever);
}

TEST_F(PipeTransportTest, who_finds_no_room_is_asked_again_soon) {
  FakeEnd first(pipe, 1);
  FakeEnd second(pipe, 2);
  writer.room = 1;
  pipe.wait(first);
  pipe.wait(second);
  pipe.flush(kT0);
  EXPECT_EQ(wishes(), (std::vector{1}));
  EXPECT_EQ(pipe.next_timeout(), kT0 + 1ms);
  pipe.flush(kT0 + 1ms);
  EXPECT_EQ(wishes(), (std::vector{1}));
  writer.room = 2;
  pipe.flush(kT0 + 2ms);
  EXPECT_EQ(wishes(), (std::vector{1, 2}));
  EXPECT_EQ(pipe.next_timeout(), kNever);
}

TEST_F(PipeTransportTest, who_has_gone_is_not_asked) {
  {
    FakeEnd end(pipe, 1);
    pipe.wait(end);
    pipe.forget(end);
  }
  pipe.flush(kT0);
  EXPECT_TRUE(writer.sent.empty());
}

TEST_F(PipeTransportTest, an_end_is_told_when_there_is_room) {
  writer.room = 0;
  pipe.tell_end(meeting, producer);
  pipe.flush(kT0);
  EXPECT_TRUE(writer.sent.empty());
  writer.room = 1;
  pipe.flush(pipe.next_timeout());
  ASSERT_EQ(writer.sent.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<PipedEnd>(writer.sent[0].body));
  EXPECT_EQ(writer.sent[0].meeting, meeting);
  EXPECT_EQ(writer.sent[0].producer, producer);
  EXPECT_EQ(pipe.next_timeout(), kNever);
}

}  // namespace
}  // namespace confab::sfu
