// Where rooms and chat are kept, as the configuration says.
#pragma once

#include <memory>

#include "base/error.h"
#include "base/log.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/store/store.h"

namespace confab::cli {

// PostgreSQL where one is named, else SQLite in the data folder. `post` as the store has it.
Result<std::unique_ptr<store::Store>> open_store(const Config& config, store::Post post,
                                                 LogSink& log);
// With answers on the loop. References outlive it.
Result<std::unique_ptr<store::Store>> open_store(const Config& config, http::EventLoop& loop,
                                                 LogSink& log);

}  // namespace confab::cli
