#include "platform/log/view/streams.h"

#include <gtest/gtest.h>

namespace confab::logview {
namespace {

TEST(LogStreams, AServicesFilesAreOneStreamTheOldestFirst) {
  const auto found = streams_of({{1, "media-1.log", 10, 50},
                                 {2, "media-1.log.20250131T124456.789Z", 10, 40},
                                 {3, "media-1.log.20250130T124456.789Z", 10, 20},
                                 {4, "signaling-1.log.1", 10, 99},
                                 {5, "signaling-1.log", 10, 7},
                                 {6, "old.log.2", 10, 1}});
  ASSERT_EQ(found.streams.size(), 3u);
  EXPECT_EQ(found.streams[0].name, "media-1.log");
  ASSERT_EQ(found.streams[0].files.size(), 3u);
  EXPECT_EQ(found.streams[0].files[0].id, 3u);
  EXPECT_EQ(found.streams[0].files[2].id, 1u);
  EXPECT_TRUE(found.streams[0].is_open);
  EXPECT_FALSE(found.streams[1].is_open) << "nobody writes to what was moved aside";
  EXPECT_EQ(found.streams[2].files.back().id, 5u) << "whatever the clock says";
}

TEST(LogStreams, WhatIsNoLogOrIsPackedIsLeftAlone) {
  for (const char* name :
       {"confab.db", "a.logs", ".log", ".hidden.log", "a.log.1.gz", "a.log.zst"}) {
    EXPECT_EQ(stream_name(name), "") << name;
  }
  EXPECT_EQ(stream_name("a.log-20250131"), "a.log");
}

TEST(LogStreams, MoreThanThereMayBeAreToldAndNotRead) {
  std::vector<File> files;
  for (std::size_t i = 0; i < kStreamsMax + 3; ++i)
    files.push_back({i, std::to_string(i) + ".log"});
  const auto found = streams_of(std::move(files));
  EXPECT_EQ(found.streams.size(), kStreamsMax);
  EXPECT_EQ(found.left_out, 3u);
}

}  // namespace
}  // namespace confab::logview
