#include "service/cli/commands/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

namespace confab::cli {

CLI::App& Commands::add(CLI::App& group, const std::string& name, const std::string& help,
                        const std::string& example, std::function<int()> run) {
  CLI::App& command = *group.add_subcommand(name, help);
  command.footer("Example:\n  " + example);
  entries_.push_back({&command, std::move(run)});
  return command;
}

void Commands::declare(CLI::App& app) {
  declare_doctor(app, *this);
  declare_accounts(app, *this);
  declare_tokens(app, *this);
  declare_keys(app, *this);
  declare_rooms(app, *this);
  declare_webhooks(app, *this);
  declare_completion(app, *this);
}

std::function<int()> Commands::parsed() const {
  const auto it =
      std::ranges::find_if(entries_, [](const Entry& entry) { return entry.command->parsed(); });
  return it == entries_.end() ? nullptr : it->run;
}

}  // namespace confab::cli
