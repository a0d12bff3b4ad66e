#include "call/chat_history.h"

#include <algorithm>

namespace confab::call {
namespace {

// Ids, names of fields, the time, punctuation.
constexpr std::size_t kFrameBytes = 200;

bool may_read(const ParticipantId& viewer, const ChatMessage& message) {
  return !message.to || message.to->id == viewer || message.from.id == viewer;
}

}  // namespace

std::size_t wire_bytes(const ChatMessage& message) {
  return kFrameBytes + message.text.size() + message.from.name.size() +
         (message.to ? message.to->name.size() : 0);
}

void ChatHistory::add(const ChatMessage& message, std::size_t lines_max) {
  messages_.push_back(message);
  bytes_ += wire_bytes(message);
  while (messages_.size() > lines_max || bytes_ > kChatHistoryBytes) {
    bytes_ -= wire_bytes(messages_.front());
    messages_.pop_front();
  }
}

bool ChatHistory::remove(const MessageId& id) {
  removed_.push_back(id);
  if (removed_.size() > kRemovedKept) removed_.pop_front();
  const auto it = std::ranges::find(messages_, id, &ChatMessage::id);
  if (it == messages_.end()) return false;
  bytes_ -= wire_bytes(*it);
  messages_.erase(it);
  return true;
}

bool ChatHistory::was_removed(const MessageId& id) const {
  return std::ranges::find(removed_, id) != removed_.end();
}

const ChatMessage* ChatHistory::find(const MessageId& id) const {
  const auto it = std::ranges::find(messages_, id, &ChatMessage::id);
  return it == messages_.end() ? nullptr : &*it;
}

ChatPage ChatHistory::page(const ParticipantId& viewer,
                           const std::optional<MessageId>& before) const {
  ChatPage out;
  auto at = messages_.rbegin();
  if (before) {
    at = std::ranges::find(at, messages_.rend(), *before, &ChatMessage::id);
    if (at == messages_.rend()) return out;
    ++at;
  }
  std::size_t bytes = 0;
  for (; at != messages_.rend(); ++at) {
    if (!may_read(viewer, *at)) continue;
    bytes += wire_bytes(*at);
    const bool is_full = out.messages.size() >= kChatPageLines || bytes > kChatPageBytes;
    if (is_full && !out.messages.empty()) {
      out.has_earlier = true;
      break;
    }
    out.messages.push_back(*at);
  }
  std::ranges::reverse(out.messages);
  return out;
}

}  // namespace confab::call
