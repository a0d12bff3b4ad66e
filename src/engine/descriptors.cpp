#include "engine/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>

namespace confab::engine {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  // Refused (a sandbox): then it stays as it is, and the shares are made of that.
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t descriptor_limit() {
  rlimit limit{};
  constexpr std::size_t kUsual = 1024;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUsual;
  return static_cast<std::size_t>(limit.rlim_cur);
}

bool is_out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

bool ReserveDescriptor::reopen() {
  if (!fd_) fd_ = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return static_cast<bool>(fd_);
}

bool ReserveDescriptor::refuse_one(int listener) {
  if (!reopen()) return false;
  fd_.close();
  Fd refused(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  const bool was_one = static_cast<bool>(refused);
  refused.close();
  reopen();  // before anybody else takes the place
  return was_one;
}

}  // namespace confab::engine
