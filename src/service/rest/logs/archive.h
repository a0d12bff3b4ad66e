// The folder of logs, looked at by many readers: its list is read once for all who ask within a
// moment. Loop thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "platform/log/view/log_folder.h"
#include "platform/log/view/streams.h"

namespace confab::logs {

class Archive {
 public:
  explicit Archive(std::string path) : folder_(std::move(path)) {}

  logview::Source& source() { return folder_; }
  Result<std::vector<logview::Stream>> streams(Instant now);
  // Of the last look.
  std::size_t streams_left_out() const { return found_.left_out; }

  std::size_t files_unreadable() const { return folder_.files_unreadable(); }

  struct Counts {
    std::uint64_t bytes_read = 0;
    std::uint64_t lines_too_long = 0;
  };
  Counts counts;

 private:
  LogFolder folder_;
  logview::StreamsFound found_;
  Instant fresh_until_{};
};

}  // namespace confab::logs
