// confab: the executable and its words. Everything is decided in platform/config and service/cli;
// here is only what CLI11 needs to know.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "engine/descriptors.h"
#include "platform/config/config.h"
#include "platform/version/version.h"
#include "service/cli/commands/command.h"
#include "service/cli/loadtest.h"
#include "service/cli/roles/roles.h"

namespace {

struct RoleFlags {
  confab::cli::RoleEntry entry;
  CLI::App* command = nullptr;
  std::string file;
  bool check = false;
  bool print_effective = false;
  // By config_options(): what was given for each.
  std::vector<std::vector<std::string>> values;
};

void declare(CLI::App& app, RoleFlags& flags) {
  const auto options = confab::config_options(flags.entry.role);
  CLI::App& command = *app.add_subcommand(std::string(confab::role_name(flags.entry.role)),
                                          std::string(flags.entry.help));
  flags.command = &command;
  flags.values.resize(options.size());
  command.add_option("--config", flags.file, "YAML file (CONFAB_CONFIG)")->envname("CONFAB_CONFIG");
  command.add_flag("--check", flags.check, "say whether the configuration is right, and stop");
  command.add_flag("--print-effective", flags.print_effective, "print what is in force, and stop");
  for (std::size_t i = 0; i < options.size(); ++i) {
    const confab::ConfigOption& option = options[i];
    if (option.flag.empty()) continue;
    std::string help =
        std::string(option.help) + " [" + option.default_text + "] (" + option.environment + ")";
    auto* added = command.add_option("--" + option.flag, flags.values[i], std::move(help));
    added->type_name(option.is_switch ? "[BOOL]" : "VALUE");
    added->expected(option.is_switch ? 0 : 1, 1);
    if (option.is_list) added->take_all();
    if (option.is_retired) added->group("");  // not in --help
  }
}

confab::ConfigPairs given(const RoleFlags& flags) {
  confab::ConfigPairs pairs;
  const auto options = confab::config_options(flags.entry.role);
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].flag.empty() || flags.command->count("--" + options[i].flag) == 0) continue;
    if (options[i].is_switch && (flags.values[i].empty() || flags.values[i][0].empty())) {
      pairs.emplace_back(options[i].flag, "true");
      continue;
    }
    for (const std::string& value : flags.values[i]) pairs.emplace_back(options[i].flag, value);
  }
  return pairs;
}

int run_role(const RoleFlags& flags) {
  const confab::Role role = flags.entry.role;
  const auto load = [input = confab::ConfigInput{.role = role,
                                                 .file = flags.file,
                                                 .environment = confab::config_environment(),
                                                 .flags = given(flags)}] {
    return confab::load_config(input);
  };
  const auto loaded = load();
  if (!loaded) {
    std::fprintf(stderr, "confab: %s\n", loaded.error().message.c_str());
    return 2;
  }
  for (const std::string& warning : loaded->warnings) {
    std::fprintf(stderr, "confab: warning: %s\n", warning.c_str());
  }
  if (flags.print_effective) {
    std::fputs(confab::effective_config(loaded->config, role).c_str(), stdout);
    return 0;
  }
  if (flags.check) {
    std::puts("the configuration is right");
    return 0;
  }
  return flags.entry.run(loaded->config, load);
}

}  // namespace

int main(int argc, char** argv) {
  // Servers and load generators have many sockets.
  confab::engine::raise_descriptor_limit();
  CLI::App app("confab: self-hosted video calls", "confab");
  app.set_version_flag("--version", std::string(confab::build_id()));
  app.require_subcommand(1);
  // CLI11 keeps references into them.
  std::deque<RoleFlags> roles;
  for (const confab::cli::RoleEntry& entry : confab::cli::roles()) {
    declare(app, roles.emplace_back(RoleFlags{.entry = entry}));
  }
  confab::cli::LoadTestFlags load;
  CLI::App* loadtest = app.add_subcommand(
      "loadtest", "participants that nobody watches, to see what a server can take");
  confab::cli::declare_loadtest(*loadtest, load);
  confab::cli::Commands commands;
  commands.declare(app);
  CLI11_PARSE(app, argc, argv);
  if (const auto run = commands.parsed()) return run();
  if (loadtest->parsed()) return confab::cli::run_loadtest(std::move(load));
  const auto parsed =
      std::ranges::find_if(roles, [](const RoleFlags& role) { return role.command->parsed(); });
  return run_role(*parsed);
}
