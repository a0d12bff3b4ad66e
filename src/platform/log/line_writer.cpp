#include "platform/log/line_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "platform/clock/clock.h"

namespace confab {
namespace {

// Lines that may wait. Each is a state change: 200 people who come in a second, or 250 who all
// leave at once, are some 1600. A line is some 300 bytes; 2 MB are enough for longer ones.
constexpr std::size_t kQueuedLines = 2048;
constexpr std::size_t kQueuedBytes = 2 * 1024 * 1024;
// pipe(7): when poll() calls a pipe writable, PIPE_BUF bytes go in without waiting. Our standard
// output cannot be made non-blocking, because others share it.
constexpr std::size_t kBatchBytes = 4096;
// Between two looks at whether it is time to end, or to write elsewhere.
constexpr int kPollMs = 20;

enum class Wait : std::uint8_t { kWritable, kNotYet };

Wait wait_until_writable(int fd) {
  pollfd entry{fd, POLLOUT, 0};
  return ::poll(&entry, 1, kPollMs) > 0 ? Wait::kWritable : Wait::kNotYet;
}

// Bytes taken; 0 if it is not the time, nothing on an error.
std::optional<std::size_t> write_some(int fd, std::string_view text) {
  const ssize_t n = ::write(fd, text.data(), std::min(text.size(), kBatchBytes));
  if (n >= 0) return static_cast<std::size_t>(n);
  if (errno == EINTR || errno == EAGAIN) return 0;
  return std::nullopt;
}

struct Batch {
  std::string text;
  std::uint64_t lost_told = 0;  // by its first line; 0: it has none that tells
};

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

}  // namespace

LineTarget LineTarget::standard_output() {
  return LineTarget(STDOUT_FILENO, false);
}

Result<LineTarget> LineTarget::open(const std::string& path, const LogRotation& rotation) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
  if (fd < 0) {
    return fail(ErrorCode::kUnavailable,
                "the log cannot be opened: " + path + ": " + std::strerror(errno));
  }
  LineTarget target(fd, true);
  target.path_ = path;
  target.rotation_ = rotation;
  target.look_at_file(wall_unix_ms());
  if (target.rotation_.is_on()) prune_rotated(path, rotation, wall_unix_ms());
  return target;
}

void LineTarget::look_at_file(std::int64_t now_ms) {
  struct statx found{};
  const bool is_file =
      ::statx(fd_, "", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE | STATX_BTIME, &found) == 0 &&
      S_ISREG(found.stx_mode);
  if (!is_file) rotation_ = {};
  bytes_ = is_file ? found.stx_size : 0;
  // Where the file system does not say when a file was made, it is as old as its writer.
  const bool has_birth = is_file && (found.stx_mask & STATX_BTIME) != 0 && bytes_ > 0;
  begun_ms_ =
      has_birth ? found.stx_btime.tv_sec * 1000 + found.stx_btime.tv_nsec / 1'000'000 : now_ms;
}

bool LineTarget::is_at_its_path() const {
  struct stat open_one{};
  struct stat named{};
  return ::fstat(fd_, &open_one) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

bool LineTarget::was_moved(std::int64_t now_ms) {
  constexpr std::int64_t kLookEveryMs = 1000;
  // The clock may be set back.
  if (!rotation_.is_on() || std::abs(now_ms - looked_at_ms_) < kLookEveryMs) return false;
  looked_at_ms_ = now_ms;
  return !is_at_its_path();
}

bool LineTarget::rotate_if_due(std::int64_t now_ms) {
  constexpr std::int64_t kAgainMs = 60'000;
  if (now_ms < not_before_ms_) return true;
  if (!was_moved(now_ms) && !rotation_.is_due(bytes_, begun_ms_, now_ms)) return true;
  // Several in one millisecond keep their order.
  std::int64_t named_ms = now_ms;
  std::string aside = rotated_name(path_, named_ms);
  while (::access(aside.c_str(), F_OK) == 0) aside = rotated_name(path_, ++named_ms);
  not_before_ms_ = now_ms + kAgainMs;
  // Another who writes to the same file may have moved it: the one there is is not ours to move.
  const bool is_ours = is_at_its_path();
  if (is_ours && std::rename(path_.c_str(), aside.c_str()) != 0) return false;
  auto next = open(path_, rotation_);
  if (next) *this = *std::move(next);
  return next.has_value();
}

LineTarget::LineTarget(LineTarget&& other) noexcept : LineTarget(-1, false) {
  *this = std::move(other);
}

LineTarget& LineTarget::operator=(LineTarget&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(is_owned_, other.is_owned_);
  std::swap(path_, other.path_);
  std::swap(rotation_, other.rotation_);
  std::swap(bytes_, other.bytes_);
  std::swap(begun_ms_, other.begun_ms_);
  std::swap(not_before_ms_, other.not_before_ms_);
  std::swap(looked_at_ms_, other.looked_at_ms_);
  return *this;
}

LineTarget::~LineTarget() {
  if (is_owned_) ::close(fd_);
}

struct LineWriter::Shared {
  Shared(LineTarget where, LostLine line) : lost_line(std::move(line)), target(std::move(where)) {}

  const LostLine lost_line;

  mutable std::mutex mutex;  // over what follows
  std::condition_variable wake;
  std::condition_variable done;
  std::deque<std::string> lines;
  std::size_t bytes = 0;
  std::uint64_t lost = 0;
  std::uint64_t lost_told = 0;
  std::optional<LineTarget> next_target;
  std::optional<Instant> give_up_at;  // set: the end
  bool is_done = false;

  std::atomic<std::uint64_t> rotations_failed = 0;

  // The thread's alone.
  LineTarget target;
  bool has_half_line = false;

  // The next lines, as many as go in at once, and before them how many are missing.
  Batch take_batch();
  void write(Batch batch);
  // A partly written line is written anew in the next file.
  void follow_redirection(std::string& text, std::size_t& written);
  void count_unwritten(const Batch& batch, std::size_t written);
  void drop_oldest();
};

void LineWriter::Shared::drop_oldest() {
  bytes -= lines.front().size();
  lines.pop_front();
  ++lost;
}

Batch LineWriter::Shared::take_batch() {
  Batch batch;
  if (lost > lost_told) {
    batch.lost_told = lost - lost_told;
    batch.text = lost_line(batch.lost_told) + '\n';
    lost_told = lost;
  }
  while (!lines.empty() &&
         (batch.text.empty() || batch.text.size() + lines.front().size() < kBatchBytes)) {
    bytes -= lines.front().size();
    batch.text += lines.front();
    batch.text += '\n';
    lines.pop_front();
  }
  return batch;
}

void LineWriter::Shared::follow_redirection(std::string& text, std::size_t& written) {
  if (!next_target) return;
  target = *std::exchange(next_target, std::nullopt);
  has_half_line = false;
  const std::size_t newline = written == 0 ? std::string::npos : text.rfind('\n', written - 1);
  text.erase(0, newline == std::string::npos ? 0 : newline + 1);
  written = 0;
}

void LineWriter::Shared::write(Batch batch) {
  std::size_t written = 0;
  // Between lines, so that none is in two files.
  if (!has_half_line && !target.rotate_if_due(wall_unix_ms())) ++rotations_failed;
  while (written < batch.text.size()) {
    {
      const std::lock_guard lock(mutex);
      follow_redirection(batch.text, written);
      if (give_up_at && monotonic_now() >= *give_up_at) break;
    }
    if (wait_until_writable(target.fd()) == Wait::kNotYet) continue;
    if (has_half_line && write_some(target.fd(), "\n") == 1) has_half_line = false;
    const auto n = write_some(target.fd(), std::string_view(batch.text).substr(written));
    if (!n) break;
    written += *n;
    target.note_written(*n);
  }
  if (written < batch.text.size()) count_unwritten(batch, written);
}

void LineWriter::Shared::count_unwritten(const Batch& batch, std::size_t written) {
  if (written > 0) has_half_line = batch.text[written - 1] != '\n';
  const std::lock_guard lock(mutex);
  lost += count_lines(std::string_view(batch.text).substr(written));
  if (batch.lost_told == 0 || written > batch.text.find('\n')) return;
  lost_told -= batch.lost_told;
  --lost;  // the line that would have told
}

void LineWriter::run(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->wake.wait(
        lock, [&] { return shared->give_up_at || shared->next_target || !shared->lines.empty(); });
    if (shared->lines.empty()) {
      if (shared->give_up_at) break;
      // Nothing to write: the old file is let go at once all the same.
      shared->target = *std::exchange(shared->next_target, std::nullopt);
      shared->has_half_line = false;
      continue;
    }
    Batch batch = shared->take_batch();
    lock.unlock();
    shared->write(std::move(batch));
    lock.lock();
    if (shared->give_up_at && monotonic_now() >= *shared->give_up_at) break;
  }
  shared->lost += shared->lines.size();
  shared->is_done = true;
  shared->done.notify_all();
}

LineWriter::LineWriter(LineTarget target, LostLine lost_line, Duration last_words)
    : shared_(std::make_shared<Shared>(std::move(target), std::move(lost_line))),
      last_words_(last_words),
      thread_([shared = shared_] { run(shared); }) {}

LineWriter::~LineWriter() {
  close();
}

void LineWriter::put(std::string line) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->bytes += line.size();
    shared_->lines.push_back(std::move(line));
    while (shared_->lines.size() > kQueuedLines || shared_->bytes > kQueuedBytes) {
      shared_->drop_oldest();
    }
  }
  shared_->wake.notify_one();
}

void LineWriter::redirect(LineTarget target) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->next_target = std::move(target);
  }
  shared_->wake.notify_one();
}

std::uint64_t LineWriter::lost() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->lost;
}

std::uint64_t LineWriter::rotations_failed() const {
  return shared_->rotations_failed;
}

std::uint64_t LineWriter::close() {
  std::unique_lock lock(shared_->mutex);
  if (thread_.joinable()) {
    shared_->give_up_at = monotonic_now() + last_words_;
    shared_->wake.notify_one();
    // Longer than the thread needs to notice: past that the kernel holds it inside a write.
    const bool ended =
        shared_->done.wait_for(lock, last_words_ + 1s, [&] { return shared_->is_done; });
    lock.unlock();
    ended ? thread_.join() : thread_.detach();
    lock.lock();
  }
  return shared_->lost - shared_->lost_told;
}

bool write_within(int fd, std::string_view text, Duration patience) {
  const Instant give_up_at = monotonic_now() + patience;
  while (!text.empty()) {
    if (wait_until_writable(fd) == Wait::kWritable) {
      const auto n = write_some(fd, text);
      if (!n) return false;
      text.remove_prefix(*n);
    } else if (monotonic_now() >= give_up_at) {
      return false;
    }
  }
  return true;
}

}  // namespace confab
