// What `confab doctor` asks of this machine: addresses, ports, limits, files, the clock. Each
// function adds what it finds. Nothing is changed but that ports are bound for a moment.
#pragma once

#include "platform/config/config.h"
#include "service/cli/doctor/report.h"

namespace confab::cli {

// `is_running`: confab itself has the ports.
void check_media_addresses(const MediaConfig& config, Report& report);
void check_media_ports(const MediaConfig& config, bool is_running, Report& report);
void check_limits(const Config& config, Role role, Report& report);
void check_certificate_file(const HttpConfig& config, Report& report);
void check_folders(const Config& config, Role role, Report& report);
void check_clock(Report& report);

}  // namespace confab::cli
