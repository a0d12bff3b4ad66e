// The live tail of one reader: what was written since it looked last, read from the files when its
// connection takes more. So a slow reader waits on disk and not in our memory, which holds one
// piece; one that is too far behind is brought to the end, and told what it did not see. Loop
// thread.
#pragma once

#include <functional>
#include <memory>

#include "platform/http/byte_stream.h"
#include "platform/http/event_loop.h"
#include "platform/log/view/cursor.h"
#include "platform/log/view/filter.h"
#include "service/rest/logs/archive.h"

namespace confab::logs {

class LiveTail final : public http::BodySource {
 public:
  struct Setup {
    logview::Filter filter;
    logview::Cursor from;
    // Asked again and again: whether the reader still may.
    std::function<bool()> may;
    std::function<void()> ended;
  };

  LiveTail(http::EventLoop& loop, std::shared_ptr<Archive> archive, Setup setup);
  ~LiveTail() override;

  void read(Read done) override;
  // What it reads next is the end.
  void end();

  // What may lie between a reader and the end of the files.
  static constexpr std::uint64_t kBehindMax = std::uint64_t{64} * 1024 * 1024;

 private:
  void look();
  // What there is to say; empty: nothing yet.
  std::string news();
  void say(std::string piece);

  const std::shared_ptr<Archive> archive_;  // shared with the API, which may end before
  Setup setup_;
  http::LoopTimer timer_;
  Read read_;
  Instant silent_since_;
  bool is_over_ = false;
};

}  // namespace confab::logs
