#include "service/cli/parts/say.h"

#include <unistd.h>

#include "base/instant.h"
#include "platform/log/line_writer.h"

namespace confab::cli {

void say(std::string_view text) {
  write_within(STDERR_FILENO, text, 1s);
}

}  // namespace confab::cli
