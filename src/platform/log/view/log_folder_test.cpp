#include "platform/log/view/log_folder.h"

#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/check.h"

namespace confab {
namespace {

namespace fs = std::filesystem;

class LogFolderTest : public ::testing::Test {
 protected:
  LogFolderTest() {
    path_ = ::testing::TempDir() + "confab-folder-XXXXXX";
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~LogFolderTest() override { fs::remove_all(path_); }

  std::string at(const std::string& name) const { return path_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name), std::ios::app) << text;
  }
  std::uint64_t id_of(LogFolder& folder, const std::string& name) {
    for (const auto& file : *folder.list()) {
      if (file.name == name) return file.id;
    }
    return 0;
  }
  static std::string read(LogFolder& folder, std::uint64_t id, std::uint64_t offset = 0) {
    std::array<char, 64> out{};
    return {out.data(), folder.read(id, offset, out)};
  }

  std::string path_;
};

TEST_F(LogFolderTest, TellsLogsAndNothingElse) {
  write("a.log", "one\n");
  write("a.log.1", "two\n");
  write("confab.db", "x");
  fs::create_symlink("/etc/passwd", at("passwd.log"));
  fs::create_directory(at("folder.log"));
  ASSERT_EQ(::mkfifo(at("pipe.log").c_str(), 0600), 0);
  LogFolder folder(path_);
  const auto files = folder.list();
  ASSERT_TRUE(files.has_value());
  ASSERT_EQ(files->size(), 2u);
  for (const auto& file : *files) EXPECT_EQ(file.size, 4u);
}

TEST_F(LogFolderTest, AFileIsFoundAgainAfterItWasMovedAside) {
  write("a.log", "before\n");
  LogFolder folder(path_);
  const std::uint64_t id = id_of(folder, "a.log");
  fs::rename(at("a.log"), at("a.log.1"));
  write("a.log", "after\n");
  EXPECT_EQ(read(folder, id), "before\n");
  EXPECT_EQ(id_of(folder, "a.log.1"), id);
  EXPECT_EQ(read(folder, id_of(folder, "a.log")), "after\n");
  EXPECT_EQ(read(folder, id, 3), "ore\n");
  EXPECT_EQ(read(folder, id, 100), "");
}

TEST_F(LogFolderTest, WhatWasDeletedIsGoneAndItsNumberIsNotANewFiles) {
  write("a.log", "old\n");
  LogFolder folder(path_);
  const std::uint64_t id = id_of(folder, "a.log");
  EXPECT_EQ(read(folder, id), "old\n");
  fs::remove(at("a.log"));
  EXPECT_EQ(folder.list()->size(), 0u);
  write("a.log", "new\n");
  const std::uint64_t next = id_of(folder, "a.log");
  EXPECT_NE(next, id);
  EXPECT_EQ(read(folder, id), "");
  EXPECT_EQ(read(folder, next), "new\n");
}

TEST_F(LogFolderTest, MoreFilesThanDescriptorsAreReadAllTheSame) {
  LogFolder folder(path_);
  for (int i = 0; i < 100; ++i) write(std::to_string(i) + ".log", std::to_string(i));
  const auto files = *folder.list();
  ASSERT_EQ(files.size(), 100u);
  for (int round = 0; round < 2; ++round) {
    for (const auto& file : files) EXPECT_EQ(read(folder, file.id) + ".log", file.name);
  }
  const auto is_ours = [&](const auto& each) {
    std::error_code error;
    return fs::read_symlink(each.path(), error).string().starts_with(path_);
  };
  EXPECT_LE(std::ranges::count_if(fs::directory_iterator("/proc/self/fd"), is_ours), 64);
}

TEST_F(LogFolderTest, AFileThatMayNotBeReadIsCountedAndDoesNotListTheFolderAnew) {
  write("a.log", "secret\n");
  ASSERT_EQ(::chmod(path_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(at("a.log").c_str(), 0), 0);
  LogFolder folder(path_);
  const std::uint64_t id = id_of(folder, "a.log");
  write("b.log", "later\n");
  LogFolder other(path_);
  const std::uint64_t later = id_of(other, "b.log");
  // The superuser may read everything; on the file system this thread is somebody else.
  const int before = ::setfsuid(65534);
  EXPECT_EQ(read(folder, id), "");
  EXPECT_EQ(read(folder, id), "");
  ::setfsuid(static_cast<uid_t>(before));
  EXPECT_EQ(folder.files_unreadable(), 1u);
  EXPECT_EQ(read(folder, later), "") << "it was listed anew";
  ASSERT_EQ(::chmod(at("a.log").c_str(), 0600), 0);
  EXPECT_EQ(read(folder, id), "secret\n");
  EXPECT_EQ(folder.files_unreadable(), 0u);
}

TEST_F(LogFolderTest, AFolderThatIsNotThereIsAnError) {
  LogFolder folder(at("none"));
  const auto files = folder.list();
  ASSERT_FALSE(files.has_value());
  EXPECT_EQ(files.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace confab
