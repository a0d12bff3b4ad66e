// Requests that are passed on to servers behind us: over connections that are kept and used again,
// with answers that are handed on while they come. Plain HTTP/1.1, for a network of one's own.
//
// Loop thread. Callbacks never come inside a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"
#include "base/net.h"
#include "platform/http/byte_stream.h"
#include "platform/http/event_loop.h"
#include "platform/http/message.h"

namespace confab::http {

struct UpstreamOptions {
  Duration connect_timeout = 500ms;
  // Between two pieces of an answer.
  Duration idle_timeout = 75s;
  // Kept for the next request, of each server: as many as ask at the same moment, at some 300 bytes
  // of ours and a descriptor each.
  std::size_t kept_connections_max = 64;
  // Well below the 60 s after which our servers close an unused one, so that no request meets a
  // connection that is just being closed.
  Duration kept_for = 15s;
  std::size_t header_bytes_max = 16 * 1024;
  // Of an answer that does not say how long it is, which is handed on whole.
  std::size_t unmeasured_bytes_max = 1'000'000;
};

enum class UpstreamFailure : std::uint8_t {
  kUnreachable,  // nothing of the request was sent
  kNoAnswer,     // it was sent, and the connection ended without a byte
  kTimeout,      // it was sent, and nothing came in time
  kBroken,       // what came is no answer
};
std::string_view upstream_failure_name(UpstreamFailure failure);

struct UpstreamRequest {
  Endpoint to;
  std::string head;  // whole, as proxied_head() makes it
  std::string body;
  bool is_head = false;  // the answer has no body
  bool is_upgrade = false;
  // A second attempt, on a new connection, does no harm: GET and HEAD.
  bool is_repeatable = false;
  Duration answer_timeout = 75s;
};

struct UpstreamAnswer {
  // With `source` where there is a body.
  Response response;
  // Of status 101: the connection; `response.body` are the bytes that came behind the head.
  std::shared_ptr<ByteStream> stream;
};

// A request under way.
class UpstreamCall {
 public:
  virtual ~UpstreamCall() = default;
  // Nobody waits for it any more: `done` is not called.
  virtual void abandon() = 0;
};

class Upstream {
 public:
  using Done = std::move_only_function<void(std::expected<UpstreamAnswer, UpstreamFailure>)>;

  // The loop outlives it; calls under way may as well.
  Upstream(EventLoop& loop, const UpstreamOptions& options);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  std::shared_ptr<UpstreamCall> call(UpstreamRequest request, Done done);

  struct Counts {
    std::uint64_t connections_made = 0;
    std::uint64_t connections_reused = 0;
    std::uint64_t connections_failed = 0;
  };
  const Counts& counts() const;
  std::size_t kept_connections() const;

  class Pool;

 private:
  std::shared_ptr<Pool> pool_;  // calls under way give their connections back
};

}  // namespace confab::http
