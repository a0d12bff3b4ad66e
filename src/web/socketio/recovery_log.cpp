#include "web/socketio/recovery_log.h"

#include <charconv>
#include <utility>

namespace confab::socketio {
namespace {

constexpr char kOffsetMark = '@';

std::size_t bytes_of(const Emit& event) {
  std::size_t bytes = sizeof(Emit) + event.name.size() + event.args_json.size();
  for (const std::string& attachment : event.attachments) bytes += attachment.size();
  return bytes;
}

}  // namespace

std::uint64_t RecoveryLog::add(Instant now, std::shared_ptr<const Emit> event) {
  const std::uint64_t offset = next();
  bytes_ += bytes_of(*event);
  events_.push_back({now, std::move(event)});
  while (!events_.empty() && (events_.size() > events_max_ || bytes_ > bytes_max_ ||
                              now - events_.front().at > age_max_)) {
    drop_first();
  }
  return offset;
}

void RecoveryLog::confirm(std::uint64_t offset) {
  while (!events_.empty() && first_ <= offset) drop_first();
}

void RecoveryLog::drop_first() {
  bytes_ -= bytes_of(*events_.front().event);
  events_.pop_front();
  ++first_;
}

std::string offset_text(std::uint64_t offset) {
  return kOffsetMark + std::to_string(offset);
}

std::optional<std::uint64_t> parse_offset(std::string_view text) {
  if (!text.starts_with(kOffsetMark)) return std::nullopt;
  text.remove_prefix(1);
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
  // The last value is left out, so that one more can be counted.
  if (error != std::errc{} || end != text.data() + text.size() || offset == UINT64_MAX) {
    return std::nullopt;
  }
  return offset;
}

}  // namespace confab::socketio
