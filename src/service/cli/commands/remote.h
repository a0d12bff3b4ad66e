// A running server, asked by REST with an API key.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "base/error.h"
#include "platform/http/message.h"

namespace CLI {
class App;
}  // namespace CLI

namespace confab::cli {

struct RemoteFlags {
  std::string url = "http://127.0.0.1:8080";
  std::string key;
  std::string secret_file;
  bool insecure = false;
  bool as_json = false;
};

// --url (CONFAB_URL), --key (CONFAB_API_KEY), --secret-file, --insecure and --json. There is no
// flag for the secret itself: everybody who lists processes would read it.
void declare_remote(CLI::App& command, RemoteFlags& flags);

// The first line of a file, or with "-" of standard input; `flag` named it.
Result<std::string> secret_in(const std::string& path, const std::string& flag);
// The key's secret, from --secret-file, else of CONFAB_API_SECRET; empty where there is neither.
Result<std::string> secret_of(const RemoteFlags& flags);

// Waits for the answer. What the server refuses is its own error.
Result<boost::json::value> ask(const RemoteFlags& flags, http::Method method,
                               const std::string& path, const std::string& body = "");

// One segment of a path: everything but letters, digits, '-', '_', '.' and '~' is escaped.
std::string segment(const std::string& text);

}  // namespace confab::cli
