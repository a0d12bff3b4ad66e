// All lines that fit, as they stand in the files, while they are found: a step of searching and a
// piece are in memory, however many there are. Loop thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "platform/http/byte_stream.h"
#include "platform/http/event_loop.h"
#include "platform/log/view/scan.h"
#include "service/rest/logs/archive.h"

namespace confab::logs {

class Download final : public http::BodySource {
 public:
  Download(http::EventLoop& loop, std::shared_ptr<Archive> archive, logview::Filter filter,
           std::function<void()> ended);
  ~Download() override;

  void read(Read done) override;

 private:
  void go_on();

  const std::shared_ptr<Archive> archive_;  // shared with the API, which may end before
  const logview::Filter filter_;
  const std::function<void()> ended_;
  http::LoopTimer timer_;
  std::optional<logview::Cursor> from_;
  bool is_end_ = false;
  Read read_;
};

}  // namespace confab::logs
