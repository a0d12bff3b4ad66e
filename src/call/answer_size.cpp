#include "call/answer_size.h"

#include "call/chat_history.h"

namespace confab::call {
namespace {

// As measured in the answers of both event sets, rounded up.
constexpr std::size_t kParticipantBytes = 200;
constexpr std::size_t kProducerBytes = 110;
constexpr std::size_t kCapabilitiesBytes = 8'000;
constexpr std::size_t kStatsBytes = 400;  // of one transport, producer or consumer
constexpr std::size_t kIdBytes = 33;

std::size_t bytes_of(const State& state) {
  std::size_t bytes = kCapabilitiesBytes + state.deleted.size() * kIdBytes;
  for (const ParticipantInfo& participant : state.participants) {
    bytes += kParticipantBytes + participant.who.name.size() +
             participant.producers.size() * kProducerBytes;
  }
  for (const ChatMessage& message : state.chat.messages) bytes += wire_bytes(message);
  return bytes;
}
std::size_t bytes_of(const JoinedMeeting& joined) {
  return bytes_of(joined.state);
}
std::size_t bytes_of(const ChatPage& page) {
  std::size_t bytes = 0;
  for (const ChatMessage& message : page.messages) bytes += wire_bytes(message);
  return bytes;
}
std::size_t bytes_of(const control::MeetingStats& stats) {
  return (stats.transports.size() + stats.producers.size() + stats.consumers.size()) * kStatsBytes;
}
std::size_t bytes_of(const auto&) {
  return 0;
}

}  // namespace

std::size_t answer_bytes(const ReplyBody& body) {
  return std::visit([](const auto& b) { return bytes_of(b); }, body);
}

}  // namespace confab::call
