#include "bench/media/trace.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "bench/media/schedule.h"

namespace confab::bench {
namespace {

class TraceFile {
 public:
  explicit TraceFile(const std::string& text) : path_(testing::TempDir() + "trace.csv") {
    std::ofstream(path_) << text;
  }
  ~TraceFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(TraceTest, AFrameBeginsBehindTheMarkerOfTheOneBefore) {
  const TraceFile file(
      "# recorded\n"
      "video,0,1100,0\nvideo,500,900,1\naudio,700,120,0\nvideo,33000,800,1\n");

  const auto trace = read_trace(file.path());

  ASSERT_TRUE(trace.has_value()) << trace.error().message;
  ASSERT_EQ(trace->packets.size(), 4u);
  EXPECT_TRUE(trace->packets[0].starts_frame);
  EXPECT_FALSE(trace->packets[1].starts_frame);
  EXPECT_EQ(trace->packets[1].frame_at, Duration::zero());
  EXPECT_TRUE(trace->packets[1].marker);
  EXPECT_FALSE(trace->packets[2].is_video);
  EXPECT_TRUE(trace->packets[3].starts_frame);
  EXPECT_EQ(trace->packets[3].frame_at, 33ms);
  EXPECT_TRUE(trace->has_audio());
  EXPECT_GT(trace->length, 33ms);
}

TEST(TraceTest, SaysWhichLineMakesNoSense) {
  for (const char* line : {"video,5", "speech,5,100,1", "video,5,100,2", "video,x,100,1",
                           "video,5,9999,1", "video,-5,100,1", "video,5,100,1,7"}) {
    const TraceFile file(std::string("video,0,1100,1\n") + line + "\nvideo,9000,1100,1\n");
    const auto trace = read_trace(file.path());
    ASSERT_FALSE(trace.has_value()) << line;
    EXPECT_NE(trace.error().message.find(":2: "), std::string::npos) << trace.error().message;
  }
}

TEST(TraceTest, PacketsMustStandInTheirOrder) {
  const TraceFile file("video,0,1100,1\nvideo,9000,1100,1\nvideo,5000,1100,1\n");
  EXPECT_FALSE(read_trace(file.path()).has_value());
}

TEST(TraceTest, OneMomentMakesNoCircle) {
  const TraceFile file("video,0,1100,0\nvideo,0,1100,1\n");
  EXPECT_FALSE(read_trace(file.path()).has_value());
}

TEST(ScheduleTest, PlaysInACircleWithTimeGoingOn) {
  const Trace trace = make_bursts(2, 1150, 2ms);
  Schedule schedule(trace, 1);

  for (int lap = 0; lap < 5; ++lap) {
    for (int packet = 0; packet < 2; ++packet) {
      EXPECT_EQ(schedule.next_at(), lap * 2ms);
      const DuePacket due = schedule.take();
      EXPECT_EQ(due.media_time, lap * 2ms);
      EXPECT_EQ(due.packet, &trace.packets[static_cast<std::size_t>(packet)]);
    }
  }
}

TEST(ScheduleTest, PublishersBeginApartAndEachWithAFrame) {
  const TraceFile file("video,0,1100,0\nvideo,10,900,1\nvideo,1000,800,0\nvideo,1010,800,1\n");
  const auto trace = read_trace(file.path());
  ASSERT_TRUE(trace.has_value());
  Schedule schedule(*trace, 2);

  std::array<std::size_t, 2> packets{};
  Duration last{};
  for (int i = 0; i < 100; ++i) {
    const DuePacket due = schedule.take();
    if (packets[due.publisher]++ == 0) {
      EXPECT_TRUE(due.packet->starts_frame);
    }
    EXPECT_GE(due.at, last);
    last = due.at;
  }
  EXPECT_NEAR(static_cast<double>(packets[0]), static_cast<double>(packets[1]), 2);
}

}  // namespace
}  // namespace confab::bench
