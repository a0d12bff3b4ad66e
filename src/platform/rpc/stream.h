// One call of gRPC as this process's event loop sees it: messages in both directions, until either
// side ends it. A unary call is a stream of one message each way; on the wire they are the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace confab::rpc {

// gRPC's numbers, of those that we use.
enum class Code : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16,
};

struct End {
  Code code = Code::kOk;
  std::string message;
};

// What may wait to be sent on one stream: a full queue is a peer that does not read. As many small
// ones as are said in one turn when a media node comes back to the signaling node of 5,000 people,
// who are all admitted and want two transports each.
inline constexpr std::size_t kQueuedMessages = 16 * 1024;
inline constexpr std::size_t kQueuedBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMessageBytes = 4 * 1024 * 1024;

// Runs a task on the loop, in the order given. Called from any thread.
using Task = std::move_only_function<void()>;
using Post = std::function<void(Task)>;

// Loop thread only.
class Stream {
 public:
  struct Handlers {
    std::function<void(std::string message)> on_message;
    // Once, and nothing after it. Not for a stream that we closed.
    std::function<void(End end)> on_closed;
    // Of a server's: the client has said all it has to say, and still listens. May be empty.
    std::function<void()> on_half_closed = {};
  };

  // Ends it if it has not ended. No handler is called from then on.
  virtual ~Stream() = default;
  // False, and nothing taken, when too much waits already or the stream has ended.
  virtual bool send(std::string message) = 0;
  // What waits is sent first if `end` is kOk, which only a server may say; else it is dropped.
  virtual void close(End end) = 0;
};

}  // namespace confab::rpc
