#include "service/cli/parts/data_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace confab::cli {
namespace {

using testing::HasSubstr;

class DataDirTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "confab-data-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string folder() const { return (root_ / "data").string(); }
  void put(const std::string& name, mode_t mode) const {
    std::ofstream(folder() + "/" + name) << "x";
    ::chmod((folder() + "/" + name).c_str(), mode);
  }
  static unsigned mode_of(const std::string& path) {
    struct stat found{};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 0777u;
  }

  std::filesystem::path root_;
};

TEST_F(DataDirTest, ASecondServerIsToldWhoUsesTheFolder) {
  {
    const auto first = DataDir::open(folder());
    ASSERT_TRUE(first) << first.error().message;
    const auto second = DataDir::open(folder());
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr(folder()));
    EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid()) + " on"));
  }
  // And when the first has gone, the next may.
  EXPECT_TRUE(DataDir::open(folder()));
}

TEST_F(DataDirTest, WhatIsOursIsForTheOwnerAlone) {
  std::filesystem::create_directory(folder());
  ::chmod(folder().c_str(), 0755);
  for (const char* name : {"confab.db", "confab.db-wal", "tls.pem"}) put(name, 0644);
  const auto opened = DataDir::open(folder());
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->warnings().empty());
  EXPECT_EQ(mode_of(folder()), 0700u);
  for (const char* name : {"confab.db", "confab.db-wal", "tls.pem", "lock"}) {
    EXPECT_EQ(mode_of(folder() + "/" + name), 0600u) << name;
  }
}

TEST_F(DataDirTest, AFolderOfOthersIsLeftAsItIsAndSaid) {
  std::filesystem::create_directory(folder());
  ::chmod(folder().c_str(), 0755);
  put("confab.db", 0644);
  put("theirs", 0644);
  const auto opened = DataDir::open(folder());
  ASSERT_TRUE(opened);
  EXPECT_EQ(mode_of(folder()), 0755u);
  EXPECT_EQ(mode_of(folder() + "/theirs"), 0644u);
  EXPECT_EQ(mode_of(folder() + "/confab.db"), 0600u);
  ASSERT_EQ(opened->warnings().size(), 1u);
  EXPECT_THAT(opened->warnings()[0], HasSubstr("chmod 0700"));
}

}  // namespace
}  // namespace confab::cli
