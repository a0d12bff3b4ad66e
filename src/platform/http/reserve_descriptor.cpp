#include "platform/http/reserve_descriptor.h"

#include <fcntl.h>
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

}  // namespace confab::http
