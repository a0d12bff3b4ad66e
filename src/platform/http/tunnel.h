// Two connections, each of which is sent what the other says. A piece is written before the next is
// read, so a slow reader slows the writer down and costs us a piece. Loop thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"
#include "platform/http/byte_stream.h"
#include "platform/http/event_loop.h"

namespace confab::http {

class Tunnel : public std::enable_shared_from_this<Tunnel> {
 public:
  enum class End : std::uint8_t {
    kClient,  // it hung up
    kServer,
    kIdle,    // neither said anything for the idle timeout
    kStuck,   // one took nothing of what waits for it for as long
    kClosed,  // close()
  };
  struct Sides {
    std::shared_ptr<ByteStream> client;
    std::shared_ptr<ByteStream> server;
  };

  // `ended` comes once; nobody is called after it. Held by the reads that are under way.
  static std::shared_ptr<Tunnel> start(EventLoop& loop, Sides sides, Duration idle_timeout,
                                       std::move_only_function<void(End end)> ended);
  void close() { end(End::kClosed); }

  Tunnel(EventLoop& loop, Sides sides, Duration idle_timeout,
         std::move_only_function<void(End end)> ended);

 private:
  struct Way {
    std::shared_ptr<ByteStream> from;
    std::shared_ptr<ByteStream> to;
    End end_of_from{};
    bool is_writing = false;
    Instant writing_since{};
  };

  void pump(Way& way);
  void watch();
  void end(End why);

  const Duration idle_timeout_;
  std::array<Way, 2> ways_;
  LoopTimer timer_;
  Instant last_moved_{};
  bool is_over_ = false;
  std::move_only_function<void(End end)> ended_;
};

}  // namespace confab::http
