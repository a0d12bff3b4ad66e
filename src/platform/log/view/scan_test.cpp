#include "platform/log/view/scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "platform/log/view/seek.h"

namespace confab::logview {
namespace {

constexpr std::int64_t kDay = 1'738'281'600'000;  // 2025-01-31T00:00:00Z

std::string stamp(std::int64_t second) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return "2025-01-31T" + two(second / 3600) + ":" + two(second / 60 % 60) + ":" + two(second % 60) +
         ".000Z";
}

std::string line(std::int64_t second, const std::string& service, const std::string& more = "") {
  return R"({"time":")" + stamp(second) + R"(","level":"info","service":")" + service +
         R"(","event":"e")" + more + "}\n";
}

// Files in memory, which count what is read of them.
class Folder final : public Source {
 public:
  std::string& file(const std::string& name) {
    if (!ids_.contains(name)) ids_[name] = ids_.size() + 1;
    return texts_[ids_.at(name)];
  }
  void rename(const std::string& from, const std::string& to) {
    ids_[to] = ids_.at(from);
    ids_.erase(from);
    // The next of that name is another file.
    ids_["(gone)" + to] = 0;
  }
  std::vector<Stream> streams() const {
    std::vector<File> files;
    std::int64_t written = 0;
    for (const auto& [name, id] : ids_) {
      if (id != 0) files.push_back({id, name, texts_.at(id).size(), ++written});
    }
    return streams_of(std::move(files)).streams;
  }
  std::size_t read(std::uint64_t id, std::uint64_t offset, std::span<char> out) override {
    ++reads;
    const auto at = texts_.find(id);
    if (at == texts_.end() || offset >= at->second.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), at->second.size() - offset);
    std::memcpy(out.data(), at->second.data() + offset, size);
    return size;
  }

  int reads = 0;

 private:
  std::map<std::string, std::uint64_t> ids_;
  std::map<std::uint64_t, std::string> texts_;
};

struct Page {
  std::vector<std::string> texts;
  Cursor begin;
  Cursor next;
  bool is_end = false;
};

Page page(Folder& folder, Way way, const Filter& filter = {},
          const std::optional<Cursor>& from = {}, std::size_t lines = 200) {
  Scan scan(folder, folder.streams(), filter, way, {.lines = lines}, from);
  while (!scan.step(kBlockBytes)) {
  }
  Page out{{}, scan.begin(), scan.next(), scan.is_end()};
  for (auto& found : scan.found()) out.texts.push_back(found.text + "\n");
  return out;
}

std::vector<std::string> all(Folder& folder, Way way, std::size_t lines,
                             const Filter& filter = {}) {
  std::vector<std::string> texts;
  std::optional<Cursor> from;
  for (;;) {
    const Page one = page(folder, way, filter, from, lines);
    texts.insert(texts.end(), one.texts.begin(), one.texts.end());
    if (one.is_end) return texts;
    from = one.next;
  }
}

TEST(LogScan, TheServicesLinesComeInTheOrderOfTimeFromBothEnds) {
  Folder folder;
  std::vector<std::string> expected;
  for (int second = 0; second < 1000; ++second) {
    const std::string service = second % 3 == 0 ? "media" : "signaling";
    expected.push_back(line(second, service));
    folder.file(service + "-1.log") += expected.back();
  }
  EXPECT_EQ(all(folder, Way::kNewer, 70), expected);
  std::ranges::reverse(expected);
  EXPECT_EQ(all(folder, Way::kOlder, 70), expected);
}

TEST(LogScan, WhatWasMovedAsideComesBeforeWhatIsWrittenNow) {
  Folder folder;
  folder.file("a.log.20250131T000001.000Z") = line(1, "a") + line(2, "a");
  folder.file("a.log") = line(3, "a") + R"({"time":"2025)";  // half a line
  EXPECT_EQ(all(folder, Way::kOlder, 2), (std::vector{line(3, "a"), line(2, "a"), line(1, "a")}));
  EXPECT_EQ(all(folder, Way::kNewer, 2), (std::vector{line(1, "a"), line(2, "a"), line(3, "a")}));
}

TEST(LogScan, FromAPageOnwardsComesWhatWasWrittenSinceAndNothingTwice) {
  Folder folder;
  folder.file("a.log") = line(1, "a") + line(2, "a") + "{\"time\"";
  const Page first = page(folder, Way::kOlder);
  ASSERT_EQ(first.texts.size(), 2u);
  // The half line becomes whole, another service begins, and the file is moved aside.
  folder.file("a.log").resize(2 * line(1, "a").size());
  folder.file("a.log") += line(3, "a");
  folder.rename("a.log", "a.log.20250131T000003.000Z");
  folder.file("a.log") = line(5, "a");
  folder.file("b.log") = line(4, "b");
  const Page second = page(folder, Way::kNewer, {}, first.begin);
  EXPECT_EQ(second.texts, (std::vector{line(3, "a"), line(4, "b"), line(5, "a")}));
  EXPECT_TRUE(page(folder, Way::kNewer, {}, second.next).texts.empty());
  EXPECT_TRUE(page(folder, Way::kOlder, {}, first.next).is_end);
}

TEST(LogScan, AFileThatWasCutIsReadFromItsBeginning) {
  Folder folder;
  folder.file("a.log") = line(1, "a") + line(2, "a");
  const Page first = page(folder, Way::kNewer);
  folder.file("a.log") = line(3, "a");
  EXPECT_EQ(page(folder, Way::kNewer, {}, first.next).texts, std::vector{line(3, "a")});
}

TEST(LogScan, AListThatIsOlderThanAReadersLastLookRepeatsNothing) {
  Folder folder;
  folder.file("a.log") = line(1, "a");
  const auto streams = folder.streams();
  folder.file("a.log") += line(2, "a");
  Scan first(folder, streams, {}, Way::kNewer, {}, std::nullopt);
  EXPECT_TRUE(first.step(1 << 20));
  Scan second(folder, streams, {}, Way::kNewer, {}, first.next());
  EXPECT_TRUE(second.step(1 << 20));
  EXPECT_TRUE(second.found().empty());
  EXPECT_EQ(page(folder, Way::kNewer, {}, second.next()).texts, std::vector{line(2, "a")});
}

TEST(LogScan, APlaceInTheMiddleOfALineIsNoLine) {
  Folder folder;
  folder.file("a.log") = line(1, "a") + line(2, "a");
  const std::uint64_t id = folder.streams()[0].files[0].id;
  EXPECT_EQ(page(folder, Way::kNewer, {}, Cursor{{id, 5}}).texts, std::vector{line(2, "a")});
  EXPECT_EQ(page(folder, Way::kOlder, {}, Cursor{{id, line(1, "a").size() + 5}}).texts,
            std::vector{line(1, "a")});
}

TEST(LogScan, ALineThatIsTooLongIsPassedOverAndCounted) {
  Folder folder;
  folder.file("a.log") = line(1, "a") + std::string(3 * kBlockBytes, 'x') + "\n" + line(2, "a");
  for (const Way way : {Way::kOlder, Way::kNewer}) {
    Scan scan(folder, folder.streams(), {}, way, {}, std::nullopt);
    EXPECT_TRUE(scan.step(100 * kBlockBytes));
    EXPECT_EQ(scan.found().size(), 2u);
    EXPECT_EQ(scan.lines_too_long(), 1u);
    EXPECT_TRUE(scan.is_end());
  }
}

TEST(LogScan, WhatOtherProgramsWroteStaysWithItsNeighbours) {
  Folder folder;
  folder.file("nginx.log") = "started\nstopped\n";
  folder.file("a.log") = line(1, "a") + "terminate called\n" + line(3, "a");
  const auto texts = all(folder, Way::kOlder, 10);
  EXPECT_EQ(texts.size(), 5u);
  const auto said = std::ranges::find(texts, "terminate called\n");
  ASSERT_NE(said, texts.end());
  EXPECT_EQ(*std::prev(said), line(3, "a"));
}

TEST(LogScan, AMomentIsFoundWithFewReadsOfALargeFile) {
  Folder folder;
  for (int second = 0; second < 80'000; ++second) folder.file("a.log") += line(second, "a");
  const auto streams = folder.streams();
  for (const std::int64_t second : {0, 1, 40'000, 79'999}) {
    folder.reads = 0;
    const Position at = seek(folder, streams[0], kDay + second * 1000);
    EXPECT_EQ(at.offset, line(0, "a").size() * static_cast<std::size_t>(second)) << second;
    EXPECT_LT(folder.reads, 20);
  }
  EXPECT_EQ(seek(folder, streams[0], kDay + 90'000'000).offset, folder.file("a.log").size());
  // And a page of a range reads of that range alone
  folder.reads = 0;
  const Filter range{.from_ms = kDay + 40'000'000, .to_ms = kDay + 40'004'000};
  const Page found = page(folder, Way::kOlder, range);
  EXPECT_EQ(found.texts.size(), 5u);
  EXPECT_EQ(found.texts.front(), line(40'004, "a"));
  EXPECT_LT(folder.reads, 30);
  EXPECT_TRUE(found.is_end);
  EXPECT_EQ(page(folder, Way::kNewer, range).texts.front(), line(40'000, "a"));
}

TEST(LogScan, ALongSearchEndsWithWhatItReadAndGoesOnFromThere) {
  Folder folder;
  for (int second = 0; second < 20'000; ++second) {
    folder.file("a.log") += line(second, "a", second == 10 ? R"(,"trace":"needle")" : "");
  }
  std::optional<Cursor> from;
  int pages = 0;
  std::optional<std::int64_t> reached;
  for (std::vector<std::string> found; found.empty(); ++pages) {
    Scan scan(folder, folder.streams(), {.trace = "needle"}, Way::kOlder,
              {.bytes_read = 4 * kBlockBytes}, from);
    while (!scan.step(kBlockBytes)) {
    }
    if (reached && scan.reached_ms()) EXPECT_LT(*scan.reached_ms(), *reached);
    reached = scan.reached_ms();
    EXPECT_LE(scan.bytes_read(), 5 * kBlockBytes);
    for (auto& one : scan.found()) found.push_back(one.text);
    from = scan.next();
    ASSERT_TRUE(!found.empty() || !scan.is_end());
  }
  EXPECT_GT(pages, 3);
}

TEST(LogScan, PiecesOfManyStreamsGetToTheEndWithEachLineOnce) {
  constexpr int kStreams = 65;
  constexpr int kLines = 80;
  Folder folder;
  for (int stream = 0; stream < kStreams; ++stream) {
    const std::string service = "s" + std::to_string(stream);
    std::string& file = folder.file(service + ".log");
    for (int second = 0; second < kLines; ++second) {
      file += line(second, service, R"(,"x":")" + std::string(1000, 'x') + '"');
    }
    ASSERT_GT(file.size(), kBlockBytes);
  }
  std::set<std::string> found;
  std::optional<Cursor> from;
  // Fewer bytes than a block of each.
  const ScanLimits limits{.lines = 2000, .bytes_read = 64 * kBlockBytes};
  for (bool is_end = false; !is_end;) {
    Scan scan = read_piece(folder, folder.streams(), {}, limits, from);
    ASSERT_TRUE(scan.is_end() || !scan.found().empty());
    for (auto& one : scan.found()) EXPECT_TRUE(found.insert(std::move(one.text)).second);
    from = scan.next();
    is_end = scan.is_end();
  }
  EXPECT_EQ(found.size(), std::size_t{kStreams} * kLines);
}

TEST(LogScan, APageIsLimitedByItsSizeToo) {
  Folder folder;
  for (int second = 0; second < 100; ++second) {
    folder.file("a.log") += line(second, "a", R"(,"x":")" + std::string(1000, 'x') + '"');
  }
  Scan scan(folder, folder.streams(), {}, Way::kOlder, {.page_bytes = 10'000}, std::nullopt);
  EXPECT_TRUE(scan.step(1 << 20));
  EXPECT_EQ(scan.found().size(), 10u);
  EXPECT_FALSE(scan.is_end());
}

TEST(LogScan, WhatLiesAheadIsCountedInBytesAndFilesThatAreGone) {
  Folder folder;
  folder.file("a.log.1") = line(1, "a");
  folder.file("a.log") = line(2, "a") + line(3, "a");
  const Page end = page(folder, Way::kOlder);
  EXPECT_EQ(ahead_of(folder.streams(), end.begin), (Ahead{0, 0}));
  const Page one = page(folder, Way::kNewer, {}, std::nullopt, 1);
  EXPECT_EQ(ahead_of(folder.streams(), one.next), (Ahead{2 * line(1, "a").size(), 0}));
  EXPECT_EQ(ahead_of(folder.streams(), {{99, 5}}), (Ahead{3 * line(1, "a").size(), 1}));
}

TEST(LogScan, AnEmptyFolderHasAnEnd) {
  Folder folder;
  const Page found = page(folder, Way::kOlder);
  EXPECT_TRUE(found.texts.empty() && found.is_end);
  folder.file("a.log") = line(1, "a");
  EXPECT_EQ(page(folder, Way::kNewer, {}, parse_cursor(cursor_text(found.begin))).texts.size(), 1u);
}

}  // namespace
}  // namespace confab::logview
