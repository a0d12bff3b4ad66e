#include "service/rest/logs/answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstring>

namespace confab::logs {
namespace {

using logview::Way;

class Memory final : public logview::Source {
 public:
  std::size_t read(std::uint64_t, std::uint64_t offset, std::span<char> out) override {
    if (offset >= text.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), text.size() - offset);
    std::memcpy(out.data(), text.data() + offset, size);
    return size;
  }
  std::string text;
};

TEST(LogsAnswer, APageIsJsonWhateverTheFilesHoldTheOldestLineFirst) {
  Memory memory;
  memory.text =
      "{\"time\":\"2025-01-31T12:44:56.789Z\",\"event\":\"a\"}\nbad \xC3( \x01\"</script>\n";
  for (const Way way : {Way::kOlder, Way::kNewer}) {
    logview::Scan scan(memory, {{"a.log", {{7, "a.log", memory.text.size(), 0}}, true}}, {}, way,
                       {}, std::nullopt);
    ASSERT_TRUE(scan.step(1 << 20));
    const auto page = boost::json::parse(page_json(scan, way));
    ASSERT_EQ(page.at("lines").as_array().size(), 2u);
    const auto& first = page.at("lines").as_array()[0];
    EXPECT_EQ(first.at("file").as_string(), "a.log");
    EXPECT_EQ(boost::json::parse(first.at("text").as_string()).at("event").as_string(), "a");
    EXPECT_EQ(page.at("older").as_string(), "7.0");
    EXPECT_TRUE(page.at("newer").as_string().starts_with("7."));
    EXPECT_NE(page.at("newer").as_string(), "7.0");
    EXPECT_TRUE(page.at("isEnd").as_bool());
  }
}

TEST(LogsAnswer, AnEventOfTheTailIsOneLineOfDataAndNamesItsPlace) {
  const std::string event = lines_event({{"a.log", "x\ny\r"}, {"b.log", "z"}}, {{1, 2}});
  EXPECT_EQ(event,
            "event: lines\nid: 1.2\ndata: [{\"file\":\"a.log\",\"text\":\"x\\ny\\r\"},"
            "{\"file\":\"b.log\",\"text\":\"z\"}]\n\n");
  EXPECT_EQ(lost_event({.bytes = 5, .files = 1}, {{1, 2}}),
            "event: lost\nid: 1.2\ndata: {\"bytes\":5,\"files\":1,\"lines\":0}\n\n");
}

TEST(LogsAnswer, ASilentTailNamesThePlaceToWhichItHasLooked) {
  EXPECT_EQ(place_event({{1, 2}, {3, 4}}), "event: place\nid: 1.2_3.4\ndata:\n\n");
}

}  // namespace
}  // namespace confab::logs
