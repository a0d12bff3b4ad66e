#include "platform/log/rotation.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "platform/clock/clock.h"
#include "platform/log/line_writer.h"

namespace confab {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDayMs = 24 * 3600 * 1000;

class Folder {
 public:
  Folder() {
    path_ = ::testing::TempDir() + "confab-rotation-XXXXXX";
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  void make(const std::string& name) const { std::ofstream(file(name)) << "x\n"; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(path_)) {
      names.push_back(each.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  // Of all files, the oldest first.
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    auto all = names();
    std::ranges::rotate(all, all.begin() + 1);
    for (const std::string& name : all) {
      std::ifstream in(file(name));
      for (std::string line; std::getline(in, line);) lines.push_back(line);
    }
    return lines;
  }

 private:
  std::string path_;
};

TEST(LogRotation, IsDueBySizeAndByAgeAndNeverWhereNobodyAskedForIt) {
  const LogRotation both{.bytes_max = 100, .age_max = 1h, .files_max = 3, .keep = 24h};
  EXPECT_FALSE(both.is_due(99, 0, 3'599'999));
  EXPECT_TRUE(both.is_due(100, 0, 0));
  EXPECT_TRUE(both.is_due(1, 0, 3'600'000));
  EXPECT_FALSE(both.is_due(0, 0, kDayMs)) << "an empty file says nothing that could be too old";
  EXPECT_FALSE(LogRotation{}.is_due(1'000'000'000, 0, kDayMs));
}

TEST(LogRotation, WhatWasMovedAsideCarriesTheTimeAndIsToldFromItsNeighbours) {
  const std::string name = rotated_name("media-1.log", 1'738'327'496'789);
  EXPECT_EQ(name, "media-1.log.20250131T124456.789Z");
  EXPECT_TRUE(is_rotated_name(name, "media-1.log"));
  EXPECT_FALSE(is_rotated_name(name, "media-1"));
  for (const char* other : {"media-1.log", "media-1.log.1", "media-1.log.gz", "media-11.log.x",
                            "media-1.log.20250131T124456.789Z.gz"}) {
    EXPECT_FALSE(is_rotated_name(other, "media-1.log")) << other;
  }
}

TEST(LogRotation, OldOnesAndTooManyAreDeletedAndNothingElse) {
  const Folder folder;
  const std::int64_t now = wall_unix_ms();
  for (int day = 1; day <= 5; ++day) folder.make(rotated_name("a.log", now - day * kDayMs));
  for (const char* name : {"a.log", "b.log.20200101T000000.000Z", "a.log.notes"}) folder.make(name);
  prune_rotated(folder.file("a.log"), {.files_max = 3, .keep = std::chrono::days(30)}, now);
  EXPECT_EQ(folder.names().size(), 6u) << "three of five, and what is not ours";
  EXPECT_TRUE(fs::exists(folder.file(rotated_name("a.log", now - kDayMs))));
  EXPECT_FALSE(fs::exists(folder.file(rotated_name("a.log", now - 4 * kDayMs))));
  // And when a year has passed
  prune_rotated(folder.file("a.log"), {.files_max = 3, .keep = std::chrono::days(30)},
                now + 365 * kDayMs);
  EXPECT_EQ(folder.names(),
            (std::vector<std::string>{"a.log", "a.log.notes", "b.log.20200101T000000.000Z"}));
}

TEST(LogRotation, ALargeFileIsMovedAsideBetweenTwoLinesAndNoneIsLost) {
  constexpr int kLines = 400;
  const Folder folder;
  {
    LineWriter writer(
        *LineTarget::open(folder.file("a.log"), {.bytes_max = 5000, .files_max = 100, .keep = 24h}),
        [](std::uint64_t) { return std::string("lost"); });
    for (int i = 0; i < kLines; ++i) writer.put(std::to_string(i) + std::string(90, '.'));
    EXPECT_EQ(writer.close(), 0u);
    EXPECT_EQ(writer.rotations_failed(), 0u);
  }
  EXPECT_GT(folder.names().size(), 2u);
  const auto lines = folder.lines();
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kLines));
  for (int i = 0; i < kLines; ++i) EXPECT_EQ(std::stoi(lines[static_cast<std::size_t>(i)]), i);
  struct stat found{};
  ASSERT_EQ(::stat(folder.file("a.log").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(LogRotation, AFileThatSomebodyElseMovedIsBegunAnewAndNotMovedAgain) {
  const Folder folder;
  LineWriter writer(
      *LineTarget::open(folder.file("a.log"), {.bytes_max = 10, .files_max = 9, .keep = 24h}),
      [](std::uint64_t) { return std::string("lost"); });
  writer.put("0123456789");
  while (folder.lines().empty()) std::this_thread::yield();
  fs::rename(folder.file("a.log"), folder.file("a.log.1"));
  std::ofstream(folder.file("a.log")) << "theirs\n";
  writer.put("goes on");
  EXPECT_EQ(writer.close(), 0u);
  EXPECT_EQ(writer.rotations_failed(), 0u);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.log", "a.log.1"}));
  EXPECT_EQ(folder.lines(), (std::vector<std::string>{"0123456789", "theirs", "goes on"}));
}

TEST(LogRotation, WhoSharesAFileFollowsTheOneWhoMovedItWithinASecond) {
  const Folder folder;
  const LogRotation rotation{.bytes_max = 1000, .files_max = 9, .keep = 24h};
  const auto say = [](const LineTarget& target, std::string_view text) {
    ASSERT_TRUE(write_within(target.fd(), text, 1s));
  };
  const std::int64_t now = wall_unix_ms();
  LineTarget target = *LineTarget::open(folder.file("a.log"), rotation);
  EXPECT_TRUE(target.rotate_if_due(now));
  say(target, "before\n");
  fs::rename(folder.file("a.log"), folder.file("a.log.1"));
  EXPECT_TRUE(target.rotate_if_due(now + 999));
  say(target, "not looked yet\n");
  EXPECT_TRUE(target.rotate_if_due(now + 1000));
  say(target, "after\n");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.log", "a.log.1"}));
  EXPECT_EQ(fs::file_size(folder.file("a.log")), std::string_view("after\n").size());
}

TEST(LogRotation, WhereTheFileCannotBeMovedItGoesOnAndIsCounted) {
  const Folder folder;
  fs::create_directory(folder.file("sub"));
  LineWriter writer(
      *LineTarget::open(folder.file("sub/a.log"), {.bytes_max = 10, .files_max = 1, .keep = 24h}),
      [](std::uint64_t) { return std::string("lost"); });
  writer.put("0123456789");
  while (fs::file_size(folder.file("sub/a.log")) == 0) std::this_thread::yield();
  fs::rename(folder.file("sub"), folder.file("gone"));
  writer.put("goes on");
  EXPECT_EQ(writer.close(), 0u);
  EXPECT_EQ(writer.rotations_failed(), 1u);
  EXPECT_EQ(fs::file_size(folder.file("gone/a.log")), 19u);
}

}  // namespace
}  // namespace confab
