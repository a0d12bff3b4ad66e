#include "service/cli/parts/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace confab::cli {
namespace {

constexpr std::string_view kLockName = "lock";
// Everything that we put there: the folder may be one that others use too.
constexpr std::array<std::string_view, 9> kOurs = {
    kLockName,   "confab.db", "confab.db-wal", "confab.db-shm", "confab.db-journal",
    "token.key", "dtls.pem",  "tls.pem",       "tls.key"};

std::unexpected<Error> unusable(const std::string& path, std::string_view remedy) {
  return fail(ErrorCode::kUnavailable,
              path + ": " + std::strerror(errno) + " (" + std::string(remedy) + ")");
}

// "1234 on host": a process number means nothing in another container that shares the volume.
std::string who_we_are() {
  char host[256] = {};
  ::gethostname(host, sizeof(host) - 1);
  return std::to_string(::getpid()) + " on " + host;
}

std::string read_holder(int fd) {
  char text[300] = {};
  const ssize_t n = ::pread(fd, text, sizeof(text) - 1, 0);
  std::string holder(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  holder.erase(std::min(holder.find('\n'), holder.size()));
  return holder.empty() ? "of a number that it has not written yet" : holder;
}

Result<int> take_lock(const std::string& folder) {
  const std::string path = folder + "/" + std::string(kLockName);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return unusable(path, "it must belong to the user that runs confab");
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
    const std::string us = who_we_are() + "\n";
    const bool written = ::ftruncate(fd, 0) == 0 &&
                         ::pwrite(fd, us.data(), us.size(), 0) == static_cast<ssize_t>(us.size());
    // On a full disk the number is missing; the lock holds all the same.
    static_cast<void>(written);
    return fd;
  }
  const int error = errno;
  const std::string holder = read_holder(fd);
  ::close(fd);
  errno = error;
  if (error != EWOULDBLOCK) return unusable(path, "the folder must be on a disk that knows locks");
  return fail(ErrorCode::kUnavailable,
              folder + ": another confab uses this folder, process " + holder +
                  " (stop that one, or give this one a folder of its own with --data)");
}

bool is_ours(const std::string& name) {
  return std::ranges::find(kOurs, name) != kOurs.end();
}

// What others may read was made so by an older confab, or by a careless copy.
void keep_to_owner(const std::string& folder, std::vector<std::string>& warnings) {
  std::error_code error;
  bool holds_more = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!is_ours(entry.path().filename().string())) {
      holds_more = true;
    } else if (entry.is_regular_file(error) && !entry.is_symlink(error) &&
               ::chmod(entry.path().c_str(), 0600) != 0) {
      warnings.push_back(entry.path().string() + " can be read by others: " + std::strerror(errno));
    }
  }
  struct stat found{};
  if (::stat(folder.c_str(), &found) != 0 || (found.st_mode & 0077) == 0) return;
  if (!holds_more && ::chmod(folder.c_str(), 0700) == 0) return;
  warnings.push_back(folder + " can be looked into by others" +
                     (holds_more ? ", and holds files that are not confab's (chmod 0700 it, or "
                                   "choose another folder with --data)"
                                 : std::string(": ") + std::strerror(errno)));
}

}  // namespace

Result<DataDir> DataDir::open(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return unusable(path, "choose another folder with --data");
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return unusable(path, "it must belong to the user that runs confab");
  }
  const auto lock = take_lock(path);
  if (!lock) return std::unexpected(lock.error());
  DataDir out;
  out.lock_ = *lock;
  keep_to_owner(path, out.warnings_);
  return out;
}

DataDir::DataDir(DataDir&& other) noexcept
    : lock_(std::exchange(other.lock_, -1)), warnings_(std::move(other.warnings_)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(lock_, other.lock_);
  std::swap(warnings_, other.warnings_);
  return *this;
}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace confab::cli
