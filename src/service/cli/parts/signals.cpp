#include "service/cli/parts/signals.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace confab::cli {

void ignore_deadly_signals() {
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGHUP}) std::signal(signal, SIG_IGN);
}

bool is_terminal_gone() {
  // tty_ioctl(2) of a terminal that hung up answers EIO; of a file or a pipe, ENOTTY.
  return ::isatty(STDERR_FILENO) != 1 && errno == EIO;
}

}  // namespace confab::cli
