#include "platform/log/view/log_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

namespace confab {
namespace {

constexpr std::size_t kOpenMax = 64;

std::optional<logview::File> look(int folder, const char* name, int flags) {
  struct statx found{};
  constexpr unsigned kWanted = STATX_TYPE | STATX_INO | STATX_SIZE | STATX_MTIME | STATX_BTIME;
  if (::statx(folder, name, flags, kWanted, &found) != 0) return std::nullopt;
  if (!S_ISREG(found.stx_mode)) return std::nullopt;
  logview::File file;
  // The number of a file that was deleted is given to the next one; it was not born then.
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;
  const auto born =
      static_cast<std::uint64_t>(found.stx_btime.tv_sec) * 1'000'000'000 + found.stx_btime.tv_nsec;
  file.id = found.stx_ino ^ (born * kMix);
  file.size = found.stx_size;
  file.written_ms = found.stx_mtime.tv_sec * 1000 + found.stx_mtime.tv_nsec / 1'000'000;
  return file;
}

}  // namespace

LogFolder::~LogFolder() {
  for (const auto& [id, open] : open_) ::close(open.fd);
}

Result<std::vector<logview::File>> LogFolder::list() {
  namespace fs = std::filesystem;
  std::vector<logview::File> files;
  std::map<std::uint64_t, std::string> names;
  std::error_code error;
  for (auto at = fs::directory_iterator(path_, error);
       !error && at != fs::directory_iterator() && files.size() < kFilesMax; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (logview::stream_name(name).empty()) continue;
    auto file = look(AT_FDCWD, at->path().c_str(), AT_SYMLINK_NOFOLLOW);
    if (!file) continue;
    names[file->id] = name;
    file->name = std::move(name);
    files.push_back(*std::move(file));
  }
  if (error) {
    return fail(ErrorCode::kUnavailable,
                "the folder of logs cannot be read: " + path_ + ": " + error.message());
  }
  names_ = std::move(names);
  std::erase_if(unreadable_, [&](std::uint64_t file) { return !names_.contains(file); });
  // What was deleted is let go, or it would go on taking room on the disk.
  std::erase_if(open_, [&](const auto& each) {
    if (names_.contains(each.first)) return false;
    ::close(each.second.fd);
    return true;
  });
  return files;
}

void LogFolder::close_longest_unused() {
  const auto at =
      std::ranges::min_element(open_, {}, [](const auto& each) { return each.second.used; });
  ::close(at->second.fd);
  open_.erase(at);
}

int LogFolder::open(std::uint64_t file) {
  if (const auto at = open_.find(file); at != open_.end()) {
    at->second.used = ++uses_;
    return at->second.fd;
  }
  const auto name = names_.find(file);
  if (name == names_.end()) {
    errno = EBADF;
    return -1;
  }
  const std::string path = path_ + "/" + name->second;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    if (errno == ELOOP) errno = ENOENT;
    return -1;
  }
  // Another may have taken its name meanwhile.
  const auto found = look(fd, "", AT_EMPTY_PATH);
  if (!found || found->id != file) {
    ::close(fd);
    errno = ENOENT;
    return -1;
  }
  if (open_.size() == kOpenMax) close_longest_unused();
  open_[file] = {fd, ++uses_};
  return fd;
}

std::size_t LogFolder::read(std::uint64_t file, std::uint64_t offset, std::span<char> out) {
  int fd = open(file);
  // It was renamed. What may not be read stays so: to list the folder for each such read would take
  // the square of its files.
  if (fd < 0 && errno == ENOENT && list()) fd = open(file);
  if (fd < 0) {
    if (names_.contains(file)) unreadable_.insert(file);
    return 0;
  }
  unreadable_.erase(file);
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t n =
        ::pread(fd, out.data() + size, out.size() - size, static_cast<off_t>(offset + size));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  return size;
}

}  // namespace confab
