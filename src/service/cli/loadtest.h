// `confab loadtest`: what CLI11 has to know of it, the live line and the table.
#pragma once

#include <string>

#include "service/loadtest/options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace confab::cli {

struct LoadTestFlags {
  loadtest::Options options;
  double seconds = 10;
  bool no_audio = false;
  bool no_video = false;
  bool insecure = false;
  std::string json_file;  // "-" is standard output, which then holds nothing else
  bool quiet = false;
};

void declare_loadtest(CLI::App& command, LoadTestFlags& flags);
// Returns the process's exit code: 0 with a report, even of a lossy run; 1 when there is none; 2
// for flags that make no sense.
int run_loadtest(LoadTestFlags flags);

}  // namespace confab::cli
