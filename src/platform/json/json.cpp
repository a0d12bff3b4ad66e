#include "platform/json/json.h"

#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace confab::json {
namespace {

// The value's whole part. Nothing for what is no number or beyond 64 bits.
std::optional<std::int64_t> whole_part(const boost::json::value& value) {
  if (value.is_int64()) return value.get_int64();
  // The parser makes these beyond 2^63 only, our own writers of every unsigned number.
  if (value.is_uint64() && std::in_range<std::int64_t>(value.get_uint64())) {
    return static_cast<std::int64_t>(value.get_uint64());
  }
  if (value.is_double()) {
    // 2^63 as a double is exact; the largest below it fits.
    constexpr double kLimit = 9223372036854775808.0;
    const double number = std::floor(value.get_double());
    if (number >= -kLimit && number < kLimit) return static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

bool is_whole(const boost::json::value& value) {
  return !value.is_double() || std::floor(value.get_double()) == value.get_double();
}

// A key may be a client's text: what an error quotes of it stays short and printable.
void append_key(std::string& out, std::string_view key) {
  constexpr std::size_t kShown = 64;
  for (const char c : key.substr(0, kShown)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
}

}  // namespace

Result<boost::json::value> parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return confab::fail(ErrorCode::kTooLarge,
                        "JSON longer than " + std::to_string(bytes_max) + " bytes");
  }
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error, {}, options);
  if (error == boost::json::error::too_deep) {
    return confab::fail(ErrorCode::kTooLarge,
                        "JSON nested deeper than " + std::to_string(kDepthMax) + " levels");
  }
  if (error) return confab::fail(ErrorCode::kInvalidArgument, "not JSON: " + error.message());
  return value;
}

std::string serialize(const boost::json::value& value) {
  return boost::json::serialize(value);
}

Reader::Reader(const boost::json::value& value, ReadStatus& status, std::string_view name)
    : value_(&value), status_(&status) {
  if (!name.empty()) steps_[depth_++] = {.key = name};
}

Reader::Reader(const Reader& parent, const boost::json::value* value, Step step)
    : value_(value), status_(parent.status_), steps_(parent.steps_), depth_(parent.depth_) {
  CHECK(depth_ < kStepsMax);
  steps_[depth_++] = step;
}

bool Reader::present() const {
  return value_ != nullptr && !value_->is_null();
}

bool Reader::is_string() const {
  return value_ != nullptr && value_->is_string();
}

Reader Reader::operator[](std::string_view key) const {
  const Step step{.key = key};
  if (!present()) return {*this, nullptr, step};
  if (!value_->is_object()) {
    fail("expected an object");
    return {*this, nullptr, step};
  }
  return {*this, value_->get_object().if_contains(key), step};
}

std::string_view Reader::string(std::size_t bytes_max) const {
  if (!is_string()) {
    fail("expected a string");
    return {};
  }
  const boost::json::string& text = value_->get_string();
  if (text.size() > bytes_max) {
    fail("longer than " + std::to_string(bytes_max) + " bytes", ErrorCode::kTooLarge);
    return {};
  }
  return {text.data(), text.size()};
}

std::int64_t Reader::rounded_down(std::int64_t low, std::int64_t high) const {
  const std::optional<std::int64_t> number =
      value_ != nullptr ? whole_part(*value_) : std::optional<std::int64_t>{};
  if (!number || *number < low || *number > high) {
    fail("expected a number " + std::to_string(low) + "-" + std::to_string(high));
    return 0;
  }
  return *number;
}

std::int64_t Reader::integer(std::int64_t low, std::int64_t high) const {
  const std::optional<std::int64_t> number =
      value_ != nullptr && is_whole(*value_) ? whole_part(*value_) : std::optional<std::int64_t>{};
  if (!number || *number < low || *number > high) {
    fail("expected an integer " + std::to_string(low) + "-" + std::to_string(high));
    return 0;
  }
  return *number;
}

bool Reader::boolean() const {
  if (value_ == nullptr || !value_->is_bool()) {
    fail("expected true or false");
    return false;
  }
  return value_->get_bool();
}

std::size_t Reader::array_size(std::size_t count_max) const {
  if (value_ == nullptr || !value_->is_array()) {
    fail("expected an array");
    return 0;
  }
  const std::size_t count = value_->get_array().size();
  if (count <= count_max) return count;
  fail("more than " + std::to_string(count_max) + " entries", ErrorCode::kTooLarge);
  return 0;
}

std::size_t Reader::object_size(std::size_t count_max) const {
  if (value_ == nullptr || !value_->is_object()) {
    fail("expected an object");
    return 0;
  }
  const std::size_t count = value_->get_object().size();
  if (count <= count_max) return count;
  fail("more than " + std::to_string(count_max) + " members", ErrorCode::kTooLarge);
  return 0;
}

Reader Reader::element(std::size_t index) const {
  return {*this, &value_->get_array()[index], Step{.key = {}, .index = index}};
}

Reader Reader::member(std::size_t index) const {
  const auto at = value_->get_object().begin() + static_cast<std::ptrdiff_t>(index);
  return {*this, &at->value(), Step{.key = at->key()}};
}

std::string_view Reader::key(std::size_t index) const {
  return (value_->get_object().begin() + static_cast<std::ptrdiff_t>(index))->key();
}

void Reader::fail(std::string_view why, ErrorCode code) const {
  if (!ok()) return;
  std::string message = path();
  if (!message.empty()) message += ": ";
  status_->fail({code, message.append(why)});
}

std::string Reader::path() const {
  std::string out;
  for (std::size_t i = 0; i < depth_; ++i) {
    const Step& step = steps_[i];
    if (step.key.data() == nullptr) {
      out += "[" + std::to_string(step.index) + "]";
    } else {
      if (!out.empty()) out.push_back('.');
      append_key(out, step.key);
    }
  }
  return out;
}

}  // namespace confab::json
