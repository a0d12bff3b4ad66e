#include "service/cli/parts/tls_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/tls/self_signed.h"

namespace confab::cli {
namespace {

Result<void> write_file(const std::string& path, const std::string& text, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = ::close(fd) == 0;
  if (written && closed) return {};
  return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno));
}

}  // namespace

Result<http::TlsFiles> tls_files(const Config& config, std::span<const MediaAddress> addresses) {
  if (!config.http.tls_certificate.empty()) {
    return http::TlsFiles{config.http.tls_certificate, config.http.tls_key};
  }
  const http::TlsFiles files{config.data_dir + "/tls.pem", config.data_dir + "/tls.key"};
  std::error_code unreadable;  // then it is made, or the making says why not
  if (std::filesystem::exists(files.certificate, unreadable) &&
      std::filesystem::exists(files.key, unreadable)) {
    return files;
  }

  std::vector<IpAddress> names = {IpAddress::v4(0x7f000001), *IpAddress::parse("::1")};
  for (const MediaAddress& address : addresses) {
    for (const IpAddress& ip : {address.listen, address.announced}) {
      if (std::find(names.begin(), names.end(), ip) == names.end()) names.push_back(ip);
    }
  }
  char host[256] = {};
  ::gethostname(host, sizeof(host) - 1);
  const auto made = make_self_signed(host, names, wall_unix_ms() / 1000);
  if (!made) return std::unexpected(made.error());
  if (auto key = write_file(files.key, made->key, 0600); !key) return std::unexpected(key.error());
  if (auto cert = write_file(files.certificate, made->certificate, 0600); !cert) {
    return std::unexpected(cert.error());
  }
  return files;
}

}  // namespace confab::cli
