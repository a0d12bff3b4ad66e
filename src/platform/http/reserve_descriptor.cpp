#include "platform/http/reserve_descriptor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace confab::http {

bool ReserveDescriptor::give_up() {
  if (descriptor_ < 0) return false;
  ::close(descriptor_);
  descriptor_ = -1;
  return true;
}

void ReserveDescriptor::take() {
  if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

unsigned long descriptor_limit() {
  rlimit limit{};
  // It fails for nobody who asks about itself; 256 is what POSIX systems had at the least.
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 256;
}

}  // namespace confab::http
