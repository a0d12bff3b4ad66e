#include "service/media/identity_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "platform/clock/clock.h"

namespace confab::media {
namespace {

Result<void> write_private(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno));
  const ssize_t n = ::write(fd, text.data(), text.size());
  const int error = errno;
  const bool closed = ::close(fd) == 0;
  if (n != static_cast<ssize_t>(text.size()) || !closed) {
    ::unlink(path.c_str());
    return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(error));
  }
  return {};
}

}  // namespace

Result<dtls::DtlsIdentity> load_or_make_identity(const std::string& path) {
  if (std::ifstream file(path); file) {
    std::ostringstream text;
    text << file.rdbuf();
    auto identity = dtls::DtlsIdentity::from_pem(text.str());
    if (identity) return std::move(*identity);
    return fail(ErrorCode::kInvalidArgument, path + ": " +
                                                 std::string(dtls::to_string(identity.error())) +
                                                 " (remove the file to have a new one made)");
  }
  auto made = dtls::DtlsIdentity::generate(wall_unix_ms() / 1000);
  if (!made) return fail(ErrorCode::kInternal, std::string(dtls::to_string(made.error())));
  if (auto written = write_private(path, made->to_pem()); !written) {
    return std::unexpected(written.error());
  }
  return std::move(*made);
}

}  // namespace confab::media
