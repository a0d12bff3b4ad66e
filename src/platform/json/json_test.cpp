#include "platform/json/json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <vector>

namespace confab::json {
namespace {

boost::json::value good(std::string_view text) {
  const auto value = parse(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(nullptr);
}

// The error of reading `text` with `read`; "" if there was none.
template <typename Read>
std::string error_of(std::string_view text, Read read) {
  const boost::json::value value = good(text);
  ReadStatus status;
  read(Reader(value, status));
  return status.ok() ? "" : status.error().message;
}

TEST(ParseTest, TakesOneValueWithinLimits) {
  EXPECT_TRUE(parse(R"({"a":[1,"x",null]})"));
  EXPECT_TRUE(parse("1"));
  for (const char* text : {"", "{", "[1] 2", "{a:1}", "\"\xff\"", "NaN", "[1,]"}) {
    const auto value = parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(ParseTest, RefusesTheDeepAndTheLong) {
  const std::string fits = std::string(kDepthMax, '[') + std::string(kDepthMax, ']');
  const std::string deep = "[" + fits + "]";
  EXPECT_TRUE(parse(fits));
  EXPECT_EQ(parse(deep).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse("123456", 5).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse(std::string(100'000, '[')).error().code, ErrorCode::kTooLarge);
}

TEST(ReaderTest, TakesWhatIsAskedFor) {
  const boost::json::value value =
      good(R"({"s":"text","i":-3,"whole":4.0,"f":7.9,"b":true,"n":null,"a":[1,2],"o":{"k":1}})");
  ReadStatus status;
  const Reader root(value, status);

  EXPECT_EQ(root["s"].string(4), "text");
  EXPECT_EQ(root["i"].integer(-3, 0), -3);
  EXPECT_EQ(root["whole"].integer(0, 9), 4);
  EXPECT_EQ(root["f"].rounded_down(0, 9), 7);
  EXPECT_TRUE(root["b"].boolean());
  EXPECT_FALSE(root["n"].present());
  EXPECT_TRUE(root["missing"].boolean_or(true));
  EXPECT_EQ(root["n"].string_or("else", 1), "else");
  std::vector<std::int64_t> elements;
  root["a"].elements(2, [&](const Reader& e) { elements.push_back(e.integer(0, 9)); });
  EXPECT_EQ(elements, (std::vector<std::int64_t>{1, 2}));
  root["o"].members(1, [&](std::string_view key, const Reader& member) {
    EXPECT_EQ(key, "k");
    EXPECT_EQ(member.integer(1, 1), 1);
  });
  EXPECT_TRUE(status.ok()) << status.error().message;
}

TEST(ReaderTest, TakesUnsignedNumbersThatWeMadeOurselves) {
  const boost::json::value value = std::uint64_t{7};
  ReadStatus status;
  EXPECT_EQ(Reader(value, status).integer(0, 9), 7);
  EXPECT_TRUE(status.ok());
}

TEST(ReaderTest, ErrorsNameTheField) {
  const auto in_list = [](const Reader& root) {
    root["a"].elements(9, [](const Reader& e) { e["b"].integer(0, 127); });
  };
  EXPECT_EQ(error_of(R"({"a":[{"b":1},{"b":128}]})", in_list), "a[1].b: expected an integer 0-127");
  EXPECT_EQ(error_of(R"({"a":[{"b":1},{}]})", in_list), "a[1].b: expected an integer 0-127");
  EXPECT_EQ(error_of(R"({"a":[1]})", in_list), "a[0]: expected an object");
  EXPECT_EQ(error_of(R"({"a":{}})", in_list), "a: expected an array");
  EXPECT_EQ(error_of("[]", in_list), "expected an object");
  const boost::json::value value = good("{}");
  ReadStatus status;
  Reader(value, status, "message")["x"].string(1);
  EXPECT_EQ(status.error().message, "message.x: expected a string");
}

TEST(ReaderTest, NumbersThatAreNot) {
  for (const char* text : {R"("1")", "true", "null", "1.5", "-1", "10", "1e300", "-1e300",
                           "18446744073709551615", "{}"}) {
    EXPECT_EQ(error_of(text, [](const Reader& r) { r.integer(0, 9); }), "expected an integer 0-9")
        << text;
  }
  EXPECT_EQ(error_of("1e19", [](const Reader& r) { r.rounded_down(0, INT64_MAX); }),
            "expected a number 0-9223372036854775807");
}

TEST(ReaderTest, LimitsAreTheirOwnKindOfError) {
  const boost::json::value value = good(R"({"s":"12345","a":[1,2],"o":{"a":1,"b":2}})");
  const auto code = [&](auto read) {
    ReadStatus status;
    read(Reader(value, status));
    return status.ok() ? ErrorCode::kInternal : status.error().code;
  };
  EXPECT_EQ(code([](const Reader& r) { r["s"].string(4); }), ErrorCode::kTooLarge);
  EXPECT_EQ(code([](const Reader& r) { r["a"].elements(1, [](const Reader&) {}); }),
            ErrorCode::kTooLarge);
  EXPECT_EQ(
      code([](const Reader& r) { r["o"].members(1, [](std::string_view, const Reader&) {}); }),
      ErrorCode::kTooLarge);
}

TEST(ReaderTest, TheFirstErrorStaysAndStopsALoop) {
  int seen = 0;
  const std::string error = error_of("[1,2,3]", [&](const Reader& root) {
    root.elements(3, [&](const Reader& e) {
      ++seen;
      e.string(1);
    });
    root["later"].boolean();
  });
  EXPECT_EQ(error, "[0]: expected a string");
  EXPECT_EQ(seen, 1);
}

TEST(ReaderTest, QuotesAClientsKeyShortAndPrintable) {
  const std::string key = "\\u0000\\n" + std::string(1000, 'k');
  const std::string error = error_of("{\"" + key + "\":1}", [](const Reader& root) {
    root.members(1, [](std::string_view, const Reader& member) { member.string(1); });
  });
  EXPECT_EQ(error, "??" + std::string(62, 'k') + ": expected a string");
  EXPECT_EQ(error_of(R"({"":1})",
                     [](const Reader& root) {
                       root.members(1, [](std::string_view, const Reader& m) { m.fail("odd"); });
                     }),
            "odd");
}

}  // namespace
}  // namespace confab::json
