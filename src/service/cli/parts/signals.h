// What the kernel tells a process, where a default would end it.
#pragma once

namespace confab::cli {

// A reader that is gone and a file that may not grow become errors of write(2); a hang-up while
// starting is nothing. Call it first.
void ignore_deadly_signals();

// The terminal that standard error wrote to has been closed: a SIGHUP is the terminal's then, and
// nobody's who wants the configuration read again.
bool is_terminal_gone();

}  // namespace confab::cli
