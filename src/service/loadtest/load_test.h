// One load test from the first room to the report: makes rooms, lets participants join at a rate,
// measures while all are there, lets them leave. Blocks the calling thread; SIGINT and SIGTERM end
// the measurement early, and what was measured so far is reported.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "service/loadtest/options.h"
#include "service/loadtest/report.h"

namespace confab::loadtest {

using OnProgress = std::function<void(const Progress& progress)>;

// kForbidden for a public target without Options::i_own_this_server.
Result<Report> run(const Options& options, OnProgress on_progress);

}  // namespace confab::loadtest
