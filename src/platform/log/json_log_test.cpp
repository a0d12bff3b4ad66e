#include "platform/log/json_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

#include "base/net.h"

namespace confab {
namespace {

constexpr std::int64_t kTime = 1'738'327'496'789;

std::string line(std::initializer_list<LogField> fields, bool show_private = false) {
  return json_log_line(kTime, LogLevel::kInfo, {"media", 3}, "ice.state", fields, show_private);
}

// A file of its own, removed at the end.
class TemporaryFile {
 public:
  TemporaryFile() {
    path_ = ::testing::TempDir() + "confab_log_" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";
    std::remove(path_.c_str());
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::ifstream in(path_);
    for (std::string l; std::getline(in, l);) out.push_back(l);
    return out;
  }

 private:
  std::string path_;
};

TEST(JsonLogLineTest, HasTheCommonFieldsThenTheEventsOwn) {
  EXPECT_EQ(line({{"from", "new"}, {"rtt_ms", 12}, {"nominated", true}}),
            R"({"time":"2025-01-31T12:44:56.789Z","level":"info","service":"media",)"
            R"("node":3,"event":"ice.state","from":"new","rtt_ms":12,"nominated":true})");
}

TEST(JsonLogLineTest, IsJsonWhateverAPeerSent) {
  // Given every byte alone, and malformed UTF-8 of each kind
  std::vector<std::string> hostile = {"\xC0\xAF",
                                      "\xE0\x80\xAF",
                                      "\xED\xA0\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF0\x9F\x92",
                                      "a\"b\\c\nd",
                                      std::string("nul\0nul", 7)};
  for (int b = 0; b < 256; ++b) hostile.emplace_back(1, static_cast<char>(b));
  for (const std::string& value : hostile) {
    // When it is logged as key and as value
    const std::string text = line({{value, value}});
    // Then the line is one line and parses
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error);
    EXPECT_FALSE(error) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

TEST(JsonLogLineTest, KeepsWellFormedTextAndMarksTheRest) {
  const auto value = [](std::string_view v) {
    return std::string(boost::json::parse(line({{"v", v}})).at("v").as_string());
  };
  EXPECT_EQ(value("gr\xC3\xBC\xC3\x9F \xF0\x9F\x91\x8B"), "gr\xC3\xBC\xC3\x9F \xF0\x9F\x91\x8B");
  EXPECT_EQ(value("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(value("tab\t\x01"), "tab\t\x01");
}

TEST(JsonLogLineTest, NumbersThatJsonLacksBecomeText) {
  EXPECT_NO_THROW(boost::json::parse(line({{"v", std::nan("")}})));
  EXPECT_NO_THROW(boost::json::parse(line({{"v", std::numeric_limits<double>::infinity()}})));
}

TEST(JsonLogLineTest, NoWrappedAddressReachesALine) {
  for (const char* text : {"203.0.113.9", "2001:db8::9"}) {
    // Given an address as the code would log it
    const Endpoint endpoint{*IpAddress::parse(text), 50000};
    // When it is wrapped
    const std::string hidden = line({{"remote", Private{endpoint.to_string()}}});
    // Then nothing of it is in the line, unless the operator asked
    EXPECT_EQ(hidden.find(text), std::string::npos);
    EXPECT_NE(hidden.find(R"-("remote":"(private)")-"), std::string::npos);
    EXPECT_NE(line({{"remote", Private{endpoint.to_string()}}}, true).find(text),
              std::string::npos);
  }
}

TEST(JsonLogTest, WritesLinesOfTheLevelAndAbove) {
  TemporaryFile file;
  {
    auto log = make_json_log({.service = "t",
                              .level = LogLevel::kWarn,
                              .to_standard_output = false,
                              .file = file.path()});
    ASSERT_TRUE(log.has_value());
    EXPECT_FALSE((*log)->enabled(LogLevel::kInfo));
    (*log)->write(LogLevel::kInfo, "quiet", {});
    (*log)->write(LogLevel::kError, "loud", {});
  }
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(boost::json::parse(lines[0]).at("event").as_string(), "loud");
}

TEST(JsonLogTest, TheLevelAndWhatIsPrivateChangeWhileItRuns) {
  TemporaryFile file;
  {
    auto log = make_json_log({.service = "t",
                              .level = LogLevel::kWarn,
                              .to_standard_output = false,
                              .file = file.path()});
    ASSERT_TRUE(log.has_value());
    (*log)->write(LogLevel::kInfo, "quiet", {});
    (*log)->set_level(LogLevel::kInfo);
    (*log)->set_show_private(true);
    (*log)->write(LogLevel::kInfo, "loud", {{"who", Private{"Ada"}}});
  }
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(boost::json::parse(lines[0]).at("who").as_string(), "Ada");
}

TEST(JsonLogTest, AFileThatIsNamedLaterGetsTheLinesFromThenOn) {
  TemporaryFile file;
  {
    JsonLogOptions options{.service = "t", .to_standard_output = false};
    auto log = make_json_log(options);
    ASSERT_TRUE(log.has_value());
    (*log)->write(LogLevel::kInfo, "before", {});
    options.file = file.path();
    (*log)->redirect(*open_log_targets(options));
    (*log)->write(LogLevel::kInfo, "after", {});
    EXPECT_EQ((*log)->lines_lost(), 0u);
  }
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(boost::json::parse(lines[0]).at("event").as_string(), "after");
}

TEST(JsonLogTest, LinesOfManyThreadsStayWhole) {
  TemporaryFile file;
  {
    auto log = make_json_log({.service = "t", .to_standard_output = false, .file = file.path()});
    ASSERT_TRUE(log.has_value());
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) (*log)->write(LogLevel::kInfo, "x", {{"t", t}, {"i", i}});
      });
    }
  }
  const auto lines = file.lines();
  EXPECT_EQ(lines.size(), 800u);
  for (const std::string& l : lines) EXPECT_NO_THROW(boost::json::parse(l)) << l;
}

TEST(JsonLogTest, AFileThatCannotBeOpenedIsAnErrorAndNotACrash) {
  const auto log = make_json_log(
      {.service = "t", .to_standard_output = false, .file = "/proc/confab/none.jsonl"});
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace confab
