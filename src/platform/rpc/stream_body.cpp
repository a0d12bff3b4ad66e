#include "platform/rpc/stream_body.h"

#include <grpc/support/log.h>
#include <grpcpp/support/slice.h>

#include <utility>
#include <vector>

namespace confab::rpc {
namespace {

std::string to_string(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string out;
  if (!buffer.Dump(&slices).ok()) return out;
  out.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return out;
}

grpc::ByteBuffer to_buffer(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

}  // namespace

void silence_grpc() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

// ---- reading: one message at a time, the next when the loop has taken it; a loop that is busy
// holds up its peer by HTTP/2's flow control ----

void StreamBody::read_more() {
  const std::lock_guard lock(mutex_);
  if (!is_over_ && !is_finishing_) start_read(&read_);
}

void StreamBody::note_read(bool ok) {
  const std::lock_guard lock(mutex_);
  if (!ok) return handle_end_of_messages();
  if (is_abandoned_) return;
  post_([self = shared_from_this(), message = to_string(read_)]() mutable {
    {
      const std::lock_guard again(self->mutex_);
      if (self->is_abandoned_) return;
    }
    self->handlers_.on_message(std::move(message));
    self->read_more();
  });
}

void StreamBody::tell_half_closed() {
  if (is_abandoned_ || is_over_) return;
  post_([self = shared_from_this()] {
    {
      const std::lock_guard again(self->mutex_);
      if (self->is_abandoned_) return;
    }
    if (self->handlers_.on_half_closed) self->handlers_.on_half_closed();
  });
}

// ---- writing ----

bool StreamBody::send(const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || is_finishing_ || is_abandoned_) return false;
  if (queue_.size() >= kQueuedMessages || queued_bytes_ + message.size() > kQueuedBytes) {
    return false;
  }
  queue_.push_back(to_buffer(message));
  queued_bytes_ += message.size();
  write_next();
  return true;
}

// A second write before the first is done is what gRPC ends the process for.
void StreamBody::write_next() {
  if (is_writing_ || is_over_ || queue_.empty()) return;
  is_writing_ = true;
  start_write(&queue_.front());
}

void StreamBody::note_written(bool ok) {
  const std::lock_guard lock(mutex_);
  is_writing_ = false;
  queued_bytes_ -= queue_.front().Length();
  queue_.pop_front();
  if (!ok) {
    queue_.clear();
    queued_bytes_ = 0;
    finish_when_idle({Code::kUnavailable, "the connection broke"});
  }
  write_next();
  if (is_finishing_ && !is_writing_) finish_when_idle(end_);
}

// ---- the end ----

void StreamBody::close(End end) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_abandoned_, true) || is_over_) return;
  if (end.code != Code::kOk) {
    queue_.resize(is_writing_ ? 1 : 0);
    abort();
  }
  finish_when_idle(std::move(end));
}

void StreamBody::finish_when_idle(End end) {
  if (is_over_) return;
  if (is_writing_) {
    if (!std::exchange(is_finishing_, true)) end_ = std::move(end);
    return;
  }
  is_over_ = true;
  finish(end);
}

void StreamBody::note_end(End end) {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  if (is_abandoned_) return;
  post_([self = shared_from_this(), end = std::move(end)]() mutable {
    {
      const std::lock_guard again(self->mutex_);
      if (std::exchange(self->is_abandoned_, true)) return;
    }
    self->handlers_.on_closed(std::move(end));
  });
}

}  // namespace confab::rpc
