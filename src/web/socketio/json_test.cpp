#include "web/socketio/json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <ctime>
#include <string>

#include "base/random.h"
#include "web/socketio/packet.h"

namespace confab::socketio {
namespace {

// The oracle.
bool boost_takes(std::string_view text) {
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = kNestingMax;
  boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
  return !error;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(SocketIoJson, AgreesWithBoostOnTheFineText) {
  for (const char* text : {"null", "true", "false", "0", "-0", "1.5e+3", "-12.0E-7", "\"\"",
                           "\"a\\u00e9\\n\\/\"", "[]", "[1,2]", " [ 1 , { \"a\" : [ ] } ] ", "{}",
                           "{\"a\":1,\"a\":2}", "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x99\x82\""}) {
    EXPECT_TRUE(is_json(text)) << text;
    EXPECT_TRUE(boost_takes(text)) << text;
  }
  for (const char* text :
       {"",      " ",          "nul",   "truee", "01",      "-",           "1.",
        ".5",    "1e",         "+1",    "\"",    "\"\\x\"", "\"\\u12g4\"", "\"\n\"",
        "[",     "]",          "[1,]",  "[,1]",  "[1 2]",   "{\"a\"}",     "{\"a\":}",
        "{a:1}", "{\"a\":1,}", "{1:2}", "[1]]",  "'a'",     "NaN",         "\"\xff\""}) {
    EXPECT_FALSE(is_json(text)) << text;
    EXPECT_FALSE(boost_takes(text)) << text;
  }
}

TEST(SocketIoJson, AgreesWithBoostOnRandomText) {
  const std::string_view alphabet = "[]{}:,\"\\u0a19-+.e tfn";
  SeededRandom random(7);
  std::size_t valid = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    const std::uint32_t length = random.between(1, 8);
    for (std::uint32_t k = 0; k < length; ++k) {
      text += alphabet[random.between(0, static_cast<std::uint32_t>(alphabet.size() - 1))];
    }
    // Boost refuses a lone surrogate in an escape; JSON.stringify sends them, and so they are
    // taken.
    if (text.find("\\u") != std::string::npos) continue;
    valid += is_json(text) ? 1 : 0;
    ASSERT_EQ(is_json(text), boost_takes(text)) << text;
  }
  EXPECT_GT(valid, 500u);
}

TEST(SocketIoJson, LimitsDepth) {
  EXPECT_TRUE(is_json(nested(kNestingMax)));
  EXPECT_FALSE(is_json(nested(kNestingMax + 1)));
  EXPECT_TRUE(parse_json_array(nested(kNestingMax)));
  EXPECT_FALSE(parse_json_array(nested(kNestingMax + 1)));
  EXPECT_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST(SocketIoJson, FindsElementsAsTheyWere) {
  const auto array = parse_json_array(R"( [ "a" , 1.0 , {"b": [ ]} ] )");
  ASSERT_TRUE(array);
  EXPECT_EQ(array->elements, (std::vector<std::string_view>{"\"a\"", "1.0", "{\"b\": [ ]}"}));
  EXPECT_FALSE(parse_json_array("{}"));
  EXPECT_FALSE(parse_json_array("[1] 2"));
}

TEST(SocketIoJson, FindsPlaceholders) {
  const auto array = parse_json_array(
      R"([{"_placeholder":true,"num":1},{"x":[{"num":0,"_placeholder":true}]},)"
      R"({"_placeholder":false,"num":5},{"_placeholder":true},{"_placeholder":true,"num":-1}])");
  ASSERT_TRUE(array);
  EXPECT_EQ(array->placeholders, (std::vector<std::size_t>{1, 0, SIZE_MAX, SIZE_MAX}));
}

TEST(SocketIoJson, FindsMembers) {
  const auto members = parse_json_object(R"({"a":1,"\u0062":"x","a":[2]})");
  ASSERT_TRUE(members);
  EXPECT_EQ(find_member(*members, "b"), "\"x\"");
  EXPECT_EQ(find_member(*members, "a"), "[2]") << "the last one counts";
  EXPECT_EQ(find_member(*members, "c"), std::nullopt);
  EXPECT_FALSE(parse_json_object("[]"));
}

// Sorting out equal keys while reading took ten seconds here, on the thread that serves everyone.
TEST(SocketIoJson, ManyMembersTakeTimeInTheirNumber) {
  std::string text = "{";
  for (int i = 0; text.size() < 1'000'000; ++i) text += "\"" + std::to_string(i) + "\":1,";
  text += "\"last\":2}";
  const std::clock_t begun = std::clock();
  const auto members = parse_json_object(text);
  EXPECT_LT(std::clock() - begun, 3 * CLOCKS_PER_SEC);
  ASSERT_TRUE(members);
  EXPECT_EQ(find_member(*members, "last"), "2");
}

TEST(SocketIoJson, UnquotesAsBoostDoes) {
  for (const std::string text :
       {R"("a\"b\\c\/\b\f\n\r\t")", R"("\u0000\u001f\u00e9\u20ac\ud83d\ude42")"}) {
    EXPECT_EQ(*json_unquote(text), boost::json::parse(text).as_string()) << text;
  }
  EXPECT_EQ(json_unquote(R"("\ud83d!")"), "\xef\xbf\xbd!");
  EXPECT_EQ(json_unquote(R"("\ude42")"), "\xef\xbf\xbd");
  EXPECT_EQ(json_unquote(R"("\ud83d\u0041")"),
            "\xef\xbf\xbd"
            "A");
  EXPECT_FALSE(json_unquote("12"));
}

TEST(SocketIoJson, QuotesWhatBoostReadsBack) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\xe2\x82\xac";
  EXPECT_EQ(boost::json::parse(json_quote(all)).as_string(), all);
  EXPECT_EQ(json_unquote(json_quote(all)), all);
}

}  // namespace
}  // namespace confab::socketio
