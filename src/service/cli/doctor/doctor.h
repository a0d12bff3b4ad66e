// `confab doctor`: what of this machine, its configuration and its surroundings is wrong, and what
// to do. Changes nothing.
#pragma once

#include <string>

#include "platform/config/config.h"

namespace confab::cli {

struct DoctorFlags {
  std::string role = "serve";
  std::string config_file;
  std::string url;
  bool insecure = false;
  bool json = false;
};

// 0: it may be run so; 1: something is wrong; 2: there is no such role.
int run_doctor(const DoctorFlags& flags);

}  // namespace confab::cli
