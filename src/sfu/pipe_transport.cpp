#include "sfu/pipe_transport.h"

#include "base/limits.h"

namespace confab::sfu {
namespace {

// A full ring of the other shard is emptied within one of its turns.
constexpr Duration kRetry = 1ms;

}  // namespace

PipeMessage* PipeTransport::begin_media() {
  PipeMessage* message = writer_.begin(limits::kPipeStateMessages);
  if (message == nullptr) counters_.drop(Drop::kPipeFull);
  return message;
}

void PipeTransport::commit_media() {
  ++counters_.pipe_packets_out;
  writer_.commit();
}

void PipeTransport::send_level(const MeetingId& meeting, const ProducerId& producer,
                               std::int8_t level_dbov) {
  PipeMessage* message = writer_.begin(limits::kPipeStateMessages);
  if (message == nullptr) return counters_.drop(Drop::kPipeFull);
  message->meeting = meeting;
  message->producer = producer;
  message->body = PipedLevel{level_dbov};
  writer_.commit();
}

void PipeTransport::wait(PipeEnd& end) {
  if (end.is_in_line_) return;
  end.is_in_line_ = true;
  line_.push_back(&end);
  if (flush_at_ == kNever) flush_at_ = Instant{};
}

void PipeTransport::forget(PipeEnd& end) {
  if (end.is_in_line_) std::erase(line_, &end);
}

void PipeTransport::tell_end(const MeetingId& meeting, const ProducerId& producer) {
  ended_.push_back({meeting, producer});
  if (flush_at_ == kNever) flush_at_ = Instant{};
}

void PipeTransport::flush(Instant now) {
  if (flush_at_ == kNever) return;
  std::erase_if(ended_, [&](const Ended& e) { return say(e.meeting, e.producer, PipedEnd{}); });
  std::erase_if(line_, [](PipeEnd* end) {
    if (!end->say()) return false;
    end->is_in_line_ = false;
    return true;
  });
  flush_at_ = ended_.empty() && line_.empty() ? kNever : now + kRetry;
}

}  // namespace confab::sfu
