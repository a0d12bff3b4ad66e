// What was said in a meeting, as far as it is kept in memory for those who come later: bounded in
// lines and in bytes, and handed out page by page.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "call/types.h"

namespace confab::call {

// 200 usual lines are 50 kB; 65 of the longest (2000 emoji) fill this. With 10,000 meetings that
// all do their worst it is 5 GB.
inline constexpr std::size_t kChatHistoryBytes = 512 * 1024;
// Of one answer: what a panel shows at first, and what a line of 1 Mbit/s brings in half a second.
inline constexpr std::size_t kChatPageLines = 50;
inline constexpr std::size_t kChatPageBytes = 64 * 1024;

// So that a sender whose answer was lost does not bring back what a host has deleted meanwhile: the
// client tries for seconds.
inline constexpr std::size_t kRemovedKept = 64;

// About what a message takes in an answer.
std::size_t wire_bytes(const ChatMessage& message);

struct ChatPage {
  std::vector<ChatMessage> messages;  // oldest first
  bool has_earlier = false;
};

class ChatHistory {
 public:
  void add(const ChatMessage& message, std::size_t lines_max);
  // False: it is not kept (any more).
  bool remove(const MessageId& id);
  // Among the last kRemovedKept.
  bool was_removed(const MessageId& id) const;
  // Those, for who was away while they went: 64 ids are 2 kB.
  std::vector<MessageId> removed() const { return {removed_.begin(), removed_.end()}; }
  // nullptr for one that is not kept (any more).
  const ChatMessage* find(const MessageId& id) const;
  // The last lines that `viewer` may read, or the last ones before `before`; at least one if there
  // is any. Nothing before one that is not kept.
  ChatPage page(const ParticipantId& viewer, const std::optional<MessageId>& before) const;

 private:
  std::deque<ChatMessage> messages_;
  std::deque<MessageId> removed_;
  std::size_t bytes_ = 0;
};

}  // namespace confab::call
