#include "platform/log/line_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "platform/clock/clock.h"

namespace confab {
namespace {

std::string lost_line(std::uint64_t count) {
  return "lost " + std::to_string(count);
}

// A pipe whose reader reads when the test says so.
class Pipe {
 public:
  Pipe() {
    CHECK(::pipe(ends_.data()) == 0);
    in_ = ::fdopen(ends_[0], "r");
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  LineTarget target() const { return *LineTarget::open("/dev/fd/" + std::to_string(ends_[1])); }
  std::string read_line() {
    std::string line;
    for (int c; (c = std::fgetc(in_)) != EOF && c != '\n';) line += static_cast<char>(c);
    return line;
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  void close_reader() {
    if (in_ != nullptr) std::fclose(in_);
    in_ = nullptr;
  }

 private:
  std::array<int, 2> ends_{};
  std::FILE* in_ = nullptr;
};

class Folder {
 public:
  Folder() {
    path_ = ::testing::TempDir() + "confab-lines-XXXXXX";
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() {
    for (const char* name : {"a", "b"}) std::remove(file(name).c_str());
    ::rmdir(path_.c_str());
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> lines(const std::string& name) const {
    std::vector<std::string> out;
    std::ifstream in(file(name));
    for (std::string l; std::getline(in, l);) out.push_back(l);
    return out;
  }

 private:
  std::string path_;
};

TEST(LineWriter, OfMoreThanMayWaitTheOldestGoAndAreCountedInTheirPlace) {
  constexpr int kLines = 6000;
  Pipe pipe;
  LineWriter writer(pipe.target(), lost_line);
  for (int i = 0; i < kLines; ++i) writer.put(std::to_string(i) + std::string(60, ' '));
  // When it is read again, to the last line
  std::vector<int> seen;
  int lost = 0;
  while (seen.empty() || seen.back() != kLines - 1) {
    const std::string line = pipe.read_line();
    if (!line.starts_with("lost ")) {
      // As many as were told are missing here.
      ASSERT_EQ(std::stoi(line), std::ssize(seen) + lost);
      seen.push_back(std::stoi(line));
    } else {
      lost += std::stoi(line.substr(5));
    }
  }
  // Then the newest are there
  EXPECT_GT(seen.size(), 2000u);
  EXPECT_GT(lost, 2500);
  EXPECT_EQ(writer.lost(), static_cast<std::uint64_t>(lost));
}

TEST(LineWriter, AReaderThatIsStuckDoesNotHoldUpTheEnd) {
  constexpr std::uint64_t kLines = 3000;
  Pipe pipe;
  std::optional<LineWriter> writer(std::in_place, pipe.target(), lost_line, 20ms);
  for (std::uint64_t i = 0; i < kLines; ++i) writer->put(std::string(100, 'x'));
  const Instant before = monotonic_now();
  EXPECT_GT(writer->close(), 0u);
  EXPECT_LT(monotonic_now() - before, 5s);
  // Then each line is in the pipe, or counted; one that was cut in two is counted.
  std::uint64_t accounted = writer->lost();
  writer.reset();
  pipe.close_writer();
  for (std::string line = pipe.read_line(); !line.empty(); line = pipe.read_line()) {
    if (line == std::string(100, 'x')) ++accounted;
  }
  EXPECT_EQ(accounted, kLines);
}

TEST(LineWriter, AReaderThatIsGoneCostsTheLinesAndNotTheProcess) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  LineWriter writer(pipe.target(), lost_line);
  pipe.close_reader();
  for (int i = 0; i < 10; ++i) writer.put("x");
  EXPECT_EQ(writer.close(), 10u);
  std::signal(SIGPIPE, before);
}

TEST(LineWriter, AFileThatWasRotatedIsWrittenAnew) {
  const Folder folder;
  LineWriter writer(*LineTarget::open(folder.file("a")), lost_line);
  writer.put("before");
  while (folder.lines("a").empty()) std::this_thread::yield();
  ASSERT_EQ(std::rename(folder.file("a").c_str(), folder.file("b").c_str()), 0);
  writer.redirect(*LineTarget::open(folder.file("a")));
  writer.put("after");
  EXPECT_EQ(writer.close(), 0u);
  EXPECT_EQ(folder.lines("b"), std::vector<std::string>{"before"});
  EXPECT_EQ(folder.lines("a"), std::vector<std::string>{"after"});
  struct stat found{};
  ASSERT_EQ(::stat(folder.file("a").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(LineWriter, WhatAStuckPipeDidNotTakeGoesToTheNextFileInWholeLines) {
  const Folder folder;
  Pipe pipe;
  LineWriter writer(pipe.target(), lost_line);
  for (int i = 0; i < 2000; ++i) writer.put(std::to_string(i) + std::string(100, ' '));
  writer.redirect(*LineTarget::open(folder.file("a")));
  EXPECT_EQ(writer.close(), 0u);
  const auto lines = folder.lines("a");
  ASSERT_FALSE(lines.empty());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(std::stoi(lines[i])), 2000 - lines.size() + i);
  }
}

TEST(LineWriter, WritingToSomethingStuckGivesUp) {
  Pipe pipe;
  const LineTarget target = pipe.target();
  EXPECT_TRUE(write_within(target.fd(), "hello\n", 20ms));
  EXPECT_EQ(pipe.read_line(), "hello");
  EXPECT_FALSE(write_within(target.fd(), std::string(1 << 20, 'x'), 20ms));
}

}  // namespace
}  // namespace confab
