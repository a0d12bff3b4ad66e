// What both sides of a call have in common: the queue of what is to be written, and the way from
// gRPC's threads to the loop. Held by the Stream that the loop has and by gRPC until its last
// reaction, hence shared. Only this module's sources include it.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "platform/rpc/stream.h"

namespace confab::rpc {

// gRPC writes lines of its own on standard error, addresses included: no more from here on.
void silence_grpc();

class StreamBody : public std::enable_shared_from_this<StreamBody> {
 public:
  explicit StreamBody(Post post) : post_(std::move(post)) {}
  virtual ~StreamBody() = default;

  // ---- the loop's thread ----
  void set_handlers(Stream::Handlers handlers) { handlers_ = std::move(handlers); }
  void read_more();
  bool send(const std::string& message);
  void close(End end);

 protected:
  // ---- gRPC's threads ----
  void note_read(bool ok);
  void note_written(bool ok);
  void note_end(End end);

  // ---- with mutex_ held ----
  virtual void start_read(grpc::ByteBuffer* into) = 0;
  virtual void start_write(const grpc::ByteBuffer* from) = 0;
  // The last there is to do about the call, once no write is under way.
  virtual void finish(const End& end) = 0;
  // What is under way is to end now, whatever the peer does.
  virtual void abort() = 0;
  // There is nothing more to read.
  virtual void handle_end_of_messages() = 0;
  void finish_when_idle(End end);
  void tell_half_closed();

  std::mutex mutex_;
  bool is_over_ = false;  // nothing may be started any more
  bool is_writing_ = false;

 private:
  void write_next();

  const Post post_;
  Stream::Handlers handlers_;  // the loop's thread
  bool is_abandoned_ = false;  // nobody on the loop wants to hear of it
  bool is_finishing_ = false;
  End end_;
  std::deque<grpc::ByteBuffer> queue_;
  std::size_t queued_bytes_ = 0;
  grpc::ByteBuffer read_;
};

// What the loop has of it.
class StreamHandle final : public Stream {
 public:
  explicit StreamHandle(std::shared_ptr<StreamBody> body) : body_(std::move(body)) {}
  ~StreamHandle() override { body_->close({Code::kCancelled, "dropped"}); }
  bool send(std::string message) override { return body_->send(message); }
  void close(End end) override { body_->close(std::move(end)); }

 private:
  std::shared_ptr<StreamBody> body_;
};

}  // namespace confab::rpc
