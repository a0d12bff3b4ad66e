// A folder of log files that others write to, rotate and delete meanwhile. Reads only. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "platform/log/view/source.h"
#include "platform/log/view/streams.h"

namespace confab {

class LogFolder final : public logview::Source {
 public:
  explicit LogFolder(std::string path) : path_(std::move(path)) {}
  ~LogFolder() override;
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;

  // What lies there now, of regular files that are called like logs; links are not followed.
  // kUnavailable with the system's reason.
  Result<std::vector<logview::File>> list();
  // Of a file that list() told, also after it was renamed.
  std::size_t read(std::uint64_t file, std::uint64_t offset, std::span<char> out) override;

  // Of those that list() told last, which could not be opened when somebody wanted to read them.
  std::size_t files_unreadable() const { return unreadable_.size(); }

  // More are not looked at: 128 services with a month of daily files each.
  static constexpr std::size_t kFilesMax = 4096;

 private:
  struct Open {
    int fd = -1;
    std::uint64_t used = 0;  // the later, the larger
  };

  // -1 with the system's reason in errno; ENOENT also where the name is another file's by now.
  int open(std::uint64_t file);
  void close_longest_unused();

  const std::string path_;
  std::map<std::uint64_t, std::string> names_;
  std::map<std::uint64_t, Open> open_;
  std::set<std::uint64_t> unreadable_;
  std::uint64_t uses_ = 0;
};

}  // namespace confab
