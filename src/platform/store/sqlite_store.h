// The store of a single node: one SQLite file, written by one thread of its own.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "platform/store/store.h"

namespace confab::store {

// Opens the file or makes it, for the owner alone, brings its schema up to date and starts the
// thread. A file written by a newer confab is refused (kUnsupported), a damaged one too
// (kUnavailable); the message names the file and what to do. The destructor finishes what was
// asked before it and then joins the thread; answers still on their way are posted.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path, Post post, LogSink& log);

}  // namespace confab::store
