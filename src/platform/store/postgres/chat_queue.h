// Chat lines that the database has not confirmed yet, oldest first: what is written when it comes
// back. Bounded; a line that finds no room is refused, and whoever said it is told. A line that
// waits for a database that is away is accepted: its answer is given, and the queue is all it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "platform/store/store.h"

namespace confab::store::postgres {

class ChatQueue {
 public:
  using Number = std::uint64_t;

  // A minute of a lively server (20 lines a second), or one line of 2,000 characters from each of
  // 250 people.
  static constexpr std::size_t kLinesMax = 1000;
  static constexpr std::size_t kBytesMax = 1'000'000;

  struct Line {
    ChatRecord record;
    Answer<void> answer;  // none for one that is accepted
  };

  // Nothing, and the line as it was, when there is no room.
  std::optional<Number> add(Line& line) {
    const std::size_t bytes = bytes_of(line.record);
    if (lines_.size() >= kLinesMax || bytes_ + bytes > kBytesMax) return std::nullopt;
    bytes_ += bytes;
    lines_.emplace(++last_, std::move(line));
    return last_;
  }
  // Gives out the answer of a line that goes on waiting.
  Answer<void> accept(Number number) {
    ++accepted_;
    return std::exchange(lines_.at(number).answer, nullptr);
  }
  bool is_accepted(Number number) const { return !lines_.at(number).answer; }
  // It is written, or never will be.
  Line take(Number number) {
    if (is_accepted(number)) --accepted_;
    auto node = lines_.extract(number);
    bytes_ -= bytes_of(node.mapped().record);
    return std::move(node.mapped());
  }
  const Line& line(Number number) const { return lines_.at(number); }
  const std::map<Number, Line>& lines() const { return lines_; }
  std::size_t accepted() const { return accepted_; }

 private:
  static std::size_t bytes_of(const ChatRecord& record) {
    return record.text.size() + record.from_name.size() + record.to_name.size() +
           record.room_code.size();
  }

  std::map<Number, Line> lines_;
  std::size_t bytes_ = 0;
  std::size_t accepted_ = 0;
  Number last_ = 0;
};

}  // namespace confab::store::postgres
