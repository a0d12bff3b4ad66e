// Commands for operators beside the roles: `confab token create`, `confab key list`, … Each
// declares its words with CLI11 and is run when they were parsed.
#pragma once

#include <deque>
#include <functional>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace confab::cli {

// Those that are there, and what runs each; returns the process's exit code.
class Commands {
 public:
  // CLI11 keeps references into it: it stays where it is.
  void declare(CLI::App& app);
  // Nothing if no word of ours was parsed.
  std::function<int()> parsed() const;

  // For declare_…: a subcommand with an example under its help.
  CLI::App& add(CLI::App& group, const std::string& name, const std::string& help,
                const std::string& example, std::function<int()> run);

 private:
  struct Entry {
    CLI::App* command = nullptr;
    std::function<int()> run;
  };
  std::deque<Entry> entries_;
};

void declare_doctor(CLI::App& app, Commands& commands);
void declare_accounts(CLI::App& app, Commands& commands);
void declare_tokens(CLI::App& app, Commands& commands);
void declare_keys(CLI::App& app, Commands& commands);
void declare_rooms(CLI::App& app, Commands& commands);
void declare_webhooks(CLI::App& app, Commands& commands);
// What a shell needs to complete all of the above: made from `app` as it is when it runs.
void declare_completion(CLI::App& app, Commands& commands);

}  // namespace confab::cli
