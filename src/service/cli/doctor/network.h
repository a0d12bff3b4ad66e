// What `confab doctor` asks of others: the running process, the way through the proxy, TURN
// servers, the database, the directory, the other roles. Everything is asked at once, on one loop.
#pragma once

#include <string>

#include "platform/config/config.h"
#include "service/cli/doctor/report.h"

namespace confab::cli {

struct NetworkQuestions {
  // As people reach it, "https://meet.example.org"; empty: nobody said.
  std::string url;
  // Any certificate will do.
  bool insecure = false;
};

// Whether this role answers at admin.listen.
bool is_running_here(const Config& config, Role role);

// Waits for all answers, some four seconds at the most.
void check_network(const Config& config, Role role, const NetworkQuestions& questions,
                   Report& report);

}  // namespace confab::cli
