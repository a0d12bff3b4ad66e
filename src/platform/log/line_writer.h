// Lines to a descriptor by a thread of its own, so that nobody else waits for a disk, a pipe that
// is not read or a terminal that was stopped. What the descriptor does not take waits in a bounded
// queue; then the oldest go and are counted, and the count is written where they are missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "base/instant.h"
#include "platform/log/rotation.h"

namespace confab {

// Where lines go. Owns its descriptor, standard output's aside.
class LineTarget {
 public:
  static LineTarget standard_output();
  // Appends; makes the file (mode 0600) if it is missing. Never waits: a FIFO that nobody reads is
  // an error. What is no regular file is not rotated.
  static Result<LineTarget> open(const std::string& path, const LogRotation& rotation = {});

  LineTarget(LineTarget&& other) noexcept;
  LineTarget& operator=(LineTarget&& other) noexcept;
  ~LineTarget();
  int fd() const { return fd_; }

  void note_written(std::size_t bytes) { bytes_ += bytes; }
  // Moves the file aside if it is time, and goes on in a new one; so too, within a second, where
  // another process that writes to the same file has moved it. False: that failed; it goes on in
  // the old one, and tries again in a minute.
  bool rotate_if_due(std::int64_t now_ms);

 private:
  LineTarget(int fd, bool is_owned) : fd_(fd), is_owned_(is_owned) {}
  bool is_at_its_path() const;
  // Another has moved it. Looked at once a second at the most.
  bool was_moved(std::int64_t now_ms);
  // Of the file as it is found.
  void look_at_file(std::int64_t now_ms);

  int fd_;
  bool is_owned_;
  std::string path_;
  LogRotation rotation_;
  std::uint64_t bytes_ = 0;
  std::int64_t begun_ms_ = 0;
  std::int64_t not_before_ms_ = 0;
  std::int64_t looked_at_ms_ = 0;  // whether it is at its path
};

class LineWriter {
 public:
  // Makes the line that says so many are missing. Called on the writer's thread.
  using LostLine = std::function<std::string(std::uint64_t count)>;

  // last_words: how long close() lets it go on writing.
  LineWriter(LineTarget target, LostLine lost_line, Duration last_words = 1s);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Any thread. `line` without its newline.
  void put(std::string line);
  // What is written from now on, and what waits, goes there.
  void redirect(LineTarget target);
  // So far, whatever the reason.
  std::uint64_t lost() const;
  // How often a file could not be moved aside.
  std::uint64_t rotations_failed() const;

  // Writes what waits, for as long as the descriptor takes it, and ends the thread.
  // Returns how many lines are missing without a line that says so.
  std::uint64_t close();

 private:
  struct Shared;
  static void run(const std::shared_ptr<Shared>& shared);

  // Shared with the thread, which is left behind if the kernel does not let it go.
  std::shared_ptr<Shared> shared_;
  const Duration last_words_;
  std::thread thread_;
};

// To a descriptor that may be stuck; false if it did not take all of it in that time.
bool write_within(int fd, std::string_view text, Duration patience);

}  // namespace confab
