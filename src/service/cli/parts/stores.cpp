#include "service/cli/parts/stores.h"

#include <utility>

#include "platform/store/postgres_store.h"
#include "platform/store/sqlite_store.h"

namespace confab::cli {

Result<std::unique_ptr<store::Store>> open_store(const Config& config, store::Post post,
                                                 LogSink& log) {
  const std::string& url = config.database.url;
  return url.empty()
             ? store::open_sqlite_store(config.data_dir + "/confab.db", std::move(post), log)
             : store::open_postgres_store({url, config.database.connections}, std::move(post), log);
}

Result<std::unique_ptr<store::Store>> open_store(const Config& config, http::EventLoop& loop,
                                                 LogSink& log) {
  return open_store(config, [&loop](auto task) { loop.post(std::move(task)); }, log);
}

}  // namespace confab::cli
