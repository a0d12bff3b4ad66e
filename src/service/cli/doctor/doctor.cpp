#include "service/cli/doctor/doctor.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "service/cli/doctor/machine.h"
#include "service/cli/doctor/network.h"
#include "service/cli/doctor/report.h"

namespace confab::cli {
namespace {

void look(const Config& config, Role role, const DoctorFlags& flags, Report& report) {
  const bool is_running = is_running_here(config, role);
  report.ok("process",
            std::string(role_name(role)) + (is_running ? " runs here" : " does not run here"));
  if (role == Role::kServe || role == Role::kMedia) {
    check_media_addresses(config.media, report);
    check_media_ports(config.media, is_running, report);
  }
  check_limits(config, role, report);
  check_folders(config, role, report);
  if (role != Role::kMedia) check_certificate_file(config.http, report);
  check_clock(report);
  check_network(config, role, {.url = flags.url, .insecure = flags.insecure}, report);
}

}  // namespace

int run_doctor(const DoctorFlags& flags) {
  const auto* const role =
      std::ranges::find_if(kRoles, [&](Role one) { return role_name(one) == flags.role; });
  if (role == std::end(kRoles)) {
    std::fprintf(stderr, "confab: there is no role %s\n", flags.role.c_str());
    return 2;
  }
  Report report;
  const auto loaded = load_config(
      {.role = *role, .file = flags.config_file, .environment = config_environment(), .flags = {}});
  if (loaded) {
    for (const std::string& warning : loaded->warnings) {
      report.warn({.check = "configuration",
                   .setting = "the environment",
                   .what = warning,
                   .remedy = "see its spelling (confab " + flags.role + " --help)"});
    }
    look(loaded->config, *role, flags, report);
  } else {
    report.wrong({.check = "configuration",
                  .setting = flags.config_file.empty() ? "the environment" : flags.config_file,
                  .what = loaded.error().message,
                  .remedy = "correct it; confab " + flags.role + " --help has all settings"});
  }
  const std::string out = flags.json ? report.json() : report.text();
  std::fputs(out.c_str(), stdout);
  return report.is_healthy() ? 0 : 1;
}

}  // namespace confab::cli
