// Reading and writing JSON from outside: parse with limits, then take fields by type and range. A
// field that is not as asked makes the reader false, with the field's path in the error, and it
// stays false; the caller checks once, after the fields.
//
//   json::ReadStatus status;
//   const json::Reader root(value, status);
//   const std::string name{root["name"].string(64)};
//   const auto port = root["port"].integer(1, 65535);
//   if (!status.ok()) return std::unexpected(status.error());  // "port: expected an integer
//   1-65535"
//
// Thread: any, one reader tree at a time. Wraps Boost.JSON once, where it enters; nothing throws.
#pragma once

#include <array>
#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace confab::json {

// The deepest message we know, rtpParameters inside an event's arguments, has 7 levels.
inline constexpr std::size_t kDepthMax = 16;
// A browser's whole capabilities are about 20 kB.
inline constexpr std::size_t kTextBytesMax = 256 * 1024;

// One value, nothing after it, valid UTF-8. kTooLarge or kInvalidArgument.
Result<boost::json::value> parse(std::string_view text, std::size_t bytes_max = kTextBytesMax);

std::string serialize(const boost::json::value& value);

// The first thing that was wrong. Owned by the caller; must outlive its readers.
class ReadStatus {
 public:
  bool ok() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

 private:
  std::optional<Error> error_;
};

// Stands on one value, or on the place where one is missing. Cheap to copy; keeps a reference to
// the value and views of the keys, which must be literals.
class Reader {
 public:
  // `name` begins every path; "" for an object whose members' names say enough.
  Reader(const boost::json::value& value, ReadStatus& status, std::string_view name = {});

  // The member; absent when there is none. A failure if this is there and not an object.
  Reader operator[](std::string_view key) const;

  bool ok() const { return status_->ok(); }
  // Is there a value? null counts as absent: JavaScript writes it for what it left out.
  bool present() const;
  bool is_string() const;

  // Each fails when the value is absent or not as asked, and then gives "", 0 or false.
  // Lengths are in bytes. The view lives as long as the value.
  std::string_view string(std::size_t bytes_max) const;
  std::int64_t integer(std::int64_t low, std::int64_t high) const;
  bool boolean() const;
  // For a quantity that scripts compute with: a fraction is dropped instead of refused.
  std::int64_t rounded_down(std::int64_t low, std::int64_t high) const;

  // The same for what may be left out.
  bool boolean_or(bool otherwise) const { return present() ? boolean() : otherwise; }
  std::string_view string_or(std::string_view otherwise, std::size_t bytes_max) const {
    return present() ? string(bytes_max) : otherwise;
  }

  // Calls `each(Reader)` on every element until one fails. More than `count_max` is a failure, and
  // so is anything but an array.
  template <typename Each>
  void elements(std::size_t count_max, Each each) const {
    const std::size_t count = array_size(count_max);
    for (std::size_t i = 0; i < count && ok(); ++i) each(element(i));
  }
  // Calls `each(std::string_view key, Reader)` on every member, in the text's order.
  template <typename Each>
  void members(std::size_t count_max, Each each) const {
    const std::size_t count = object_size(count_max);
    for (std::size_t i = 0; i < count && ok(); ++i) each(key(i), member(i));
  }

  // A failure of the caller's own finding, at this place: "<path>: <why>".
  void fail(std::string_view why, ErrorCode code = ErrorCode::kInvalidArgument) const;
  // The same with an error that names its place itself.
  void reject(Error error) const { status_->fail(std::move(error)); }
  std::string path() const;

 private:
  struct Step {
    std::string_view key;  // without data for an element of an array
    std::size_t index = 0;
  };

  Reader(const Reader& parent, const boost::json::value* value, Step step);
  std::size_t array_size(std::size_t count_max) const;
  std::size_t object_size(std::size_t count_max) const;
  Reader element(std::size_t index) const;
  Reader member(std::size_t index) const;
  std::string_view key(std::size_t index) const;

  const boost::json::value* value_;
  ReadStatus* status_;
  // How deep a reader goes is decided by our code, so a fixed array does.
  static constexpr std::size_t kStepsMax = 10;
  std::array<Step, kStepsMax> steps_{};
  std::size_t depth_ = 0;
};

}  // namespace confab::json
