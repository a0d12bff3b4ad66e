#include "platform/log/rotation.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

#include "platform/clock/clock.h"

namespace confab {
namespace {

constexpr std::string_view kPattern = "dddddddd-dddddd.dddZ";

bool is_of_pattern(std::string_view text) {
  return text.size() == kPattern.size() &&
         std::ranges::equal(text, kPattern, [](char c, char wanted) {
           return wanted == 'd' ? c >= '0' && c <= '9' : c == (wanted == '-' ? 'T' : wanted);
         });
}

std::int64_t written_ms(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return 0;
  return std::int64_t{found.st_mtim.tv_sec} * 1000 + found.st_mtim.tv_nsec / 1'000'000;
}

}  // namespace

bool LogRotation::is_due(std::uint64_t bytes, std::int64_t begun_ms, std::int64_t now_ms) const {
  if (bytes == 0) return false;
  if (bytes_max > 0 && bytes >= bytes_max) return true;
  return age_max > Duration::zero() && now_ms - begun_ms >= to_ms(age_max);
}

std::string rotated_name(std::string_view file, std::int64_t unix_ms) {
  std::string time = format_utc(unix_ms);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return std::string(file) + '.' + time;
}

bool is_rotated_name(std::string_view name, std::string_view file) {
  if (!name.starts_with(file)) return false;
  name.remove_prefix(file.size());
  return name.starts_with('.') && is_of_pattern(name.substr(1));
}

void prune_rotated(const std::string& path, const LogRotation& rotation, std::int64_t now_ms) {
  namespace fs = std::filesystem;
  const fs::path file(path);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    std::string name = at->path().filename().string();
    if (is_rotated_name(name, file.filename().string())) names.push_back(std::move(name));
  }
  // The names carry the time.
  std::ranges::sort(names, std::greater<>());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string old = (folder / names[i]).string();
    const bool is_old = now_ms - written_ms(old) > to_ms(rotation.keep);
    if (i >= rotation.files_max || is_old) ::unlink(old.c_str());
  }
}

}  // namespace confab
