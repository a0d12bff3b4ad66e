// `confab completion`: what a shell offers behind `confab`, from the same words that --help shows.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/cli/commands/command.h"

namespace confab::cli {
namespace {

struct Word {
  std::string text;
  std::string help;
};

// What may stand behind the commands of `path` ("token create").
struct Place {
  std::string path;
  std::vector<Word> commands;
  std::vector<Word> options;
};

// One line, and nothing that a shell would read in quotes.
std::string plain(std::string_view help) {
  std::string out;
  for (const char c : help.substr(0, help.find('\n'))) {
    if (std::string_view("'\"`$\\:").contains(c)) continue;
    out += c;
  }
  return out;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& out) {
  Place place{path, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // retired, and not in --help either
    for (const std::string& name : option->get_lnames()) {
      place.options.push_back({"--" + name, plain(option->get_description())});
    }
  }
  const auto is_shown = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const CLI::App* command : app.get_subcommands(is_shown)) {
    place.commands.push_back({command->get_name(), plain(command->get_description())});
  }
  out.push_back(std::move(place));
  for (const CLI::App* command : app.get_subcommands(is_shown)) {
    collect(*command, path.empty() ? command->get_name() : path + ' ' + command->get_name(), out);
  }
}

std::string names(const std::vector<Word>& words) {
  std::string out;
  for (const Word& word : words) out += (out.empty() ? "" : " ") + word.text;
  return out;
}

// "token create": "token" and "create".
struct Step {
  std::string before;
  std::string last;
};
Step last_step(const std::string& path) {
  const std::size_t blank = path.rfind(' ');
  if (blank == std::string::npos) return {"", path};
  return {path.substr(0, blank), path.substr(blank + 1)};
}

// In `at` stands what of the line are commands; values of options are passed over, unless one is
// called as a command that is possible there.
std::string find_path(const std::vector<Place>& places, std::string_view words,
                      std::string_view from, std::string_view to) {
  std::string out = "  local at='' i\n  for ((i = " + std::string(from) + "; i < " +
                    std::string(to) + "; i++)); do\n    case \"$at ${" + std::string(words) +
                    "[i]}\" in\n";
  for (const Place& place : places) {
    if (place.path.empty()) continue;
    const Step step = last_step(place.path);
    out += "      '" + step.before + ' ' + step.last + "') at='" + place.path + "' ;;\n";
  }
  return out + "    esac\n  done\n";
}

std::string bash(const std::vector<Place>& places) {
  std::string out =
      "# confab completion bash\n_confab() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n" +
      find_path(places, "COMP_WORDS", "1", "COMP_CWORD") + "  local words=''\n  case \"$at\" in\n";
  for (const Place& place : places) {
    out += "    '" + place.path + "') words='" + names(place.commands) + "'\n";
    out += "      [[ $cur == -* ]] && words='" + names(place.options) + "' ;;\n";
  }
  // What matches nothing may be a file: -o default.
  return out +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
         "complete -o default -F _confab confab\n";
}

std::string zsh_words(const std::vector<Word>& words) {
  std::string out;
  for (const Word& word : words) out += " '" + word.text + ':' + word.help + "'";
  return out;
}

std::string zsh(const std::vector<Place>& places) {
  // zsh counts from 1, and the word that is written is the CURRENT one.
  std::string out = "#compdef confab\n# confab completion zsh\n_confab() {\n" +
                    find_path(places, "words", "2", "CURRENT") +
                    "  local -a offered\n  case \"$at\" in\n";
  for (const Place& place : places) {
    out += "    '" + place.path + "') offered=(" + zsh_words(place.commands) + " )\n";
    out +=
        "      [[ ${words[CURRENT]} == -* ]] && offered=(" + zsh_words(place.options) + " ) ;;\n";
  }
  return out +
         "  esac\n  if (( ${#offered} )); then _describe confab offered; else _files; fi\n}\n"
         "compdef _confab confab\n";
}

std::string fish(const std::vector<Place>& places) {
  std::string out =
      "# confab completion fish\nfunction __confab_at\n  set -l at ''\n"
      "  for word in (commandline -opc)[2..-1]\n    switch \"$at $word\"\n";
  for (const Place& place : places) {
    if (place.path.empty()) continue;
    const Step step = last_step(place.path);
    out +=
        "      case '" + step.before + ' ' + step.last + "'\n        set at '" + place.path + "'\n";
  }
  out += "    end\n  end\n  test \"$at\" = \"$argv[1]\"\nend\n";
  for (const Place& place : places) {
    const std::string line = "complete -c confab -n \"__confab_at '" + place.path + "'\" ";
    for (const Word& word : place.commands) {
      out += line + "-f -a " + word.text + " -d '" + word.help + "'\n";
    }
    for (const Word& word : place.options) {
      out += line + "-l " + word.text.substr(2) + " -d '" + word.help + "'\n";
    }
  }
  return out;
}

}  // namespace

void declare_completion(CLI::App& app, Commands& commands) {
  const auto shell = std::make_shared<std::string>();  // of the command that runs
  CLI::App& command =
      commands.add(app, "completion", "what a shell needs to complete these words",
                   "confab completion bash > /etc/bash_completion.d/confab", [&app, shell] {
                     std::vector<Place> places;
                     collect(app, "", places);
                     const std::string out = *shell == "bash"  ? bash(places)
                                             : *shell == "zsh" ? zsh(places)
                                                               : fish(places);
                     return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() ? 0 : 1;
                   });
  command.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace confab::cli
