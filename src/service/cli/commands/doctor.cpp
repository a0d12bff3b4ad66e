#include "service/cli/doctor/doctor.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "service/cli/commands/command.h"

namespace confab::cli {

void declare_doctor(CLI::App& app, Commands& commands) {
  // Shared: CLI11 writes into it, and what runs reads it.
  const auto flags = std::make_shared<DoctorFlags>();
  CLI::App& doctor = commands.add(
      app, "doctor", "what of this machine, its settings and its surroundings is wrong",
      "confab doctor --role serve --url https://meet.example.org",
      [flags] { return run_doctor(*flags); });
  doctor.add_option("--role", flags->role, "what is to run here [serve]");
  doctor.add_option("--config", flags->config_file, "YAML file (CONFAB_CONFIG)")
      ->envname("CONFAB_CONFIG");
  doctor.add_option("--url", flags->url,
                    "how people reach it: tries the proxy and its certificate");
  doctor.add_flag("--insecure", flags->insecure, "take any TLS certificate of that URL");
  doctor.add_flag("--json", flags->json, "for scripts");
}

}  // namespace confab::cli
