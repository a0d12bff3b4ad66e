#include "service/cli/commands/remote.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "platform/auth/base64url.h"
#include "platform/http/event_loop.h"
#include "platform/http_client/http_client.h"
#include "platform/json/json.h"

namespace confab::cli {
namespace {

constexpr Duration kPatience = 20s;

// RFC 7617, in the alphabet of RFC 4648 §4.
std::string basic(const std::string& key, const std::string& secret) {
  std::string text = auth::base64url_encode(as_bytes(key + ':' + secret));
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return "Basic " + text;
}

Result<http::Response> fetch(const RemoteFlags& flags, http::Method method, const std::string& path,
                             const std::string& body) {
  const auto origin = http::Origin::parse(flags.url);
  if (!origin) return fail(ErrorCode::kInvalidArgument, "--url: " + origin.error().message);
  const auto address = http::resolve(origin->host);
  if (!address) return std::unexpected(address.error());
  auto loop = http::EventLoop::make();
  if (!loop) return std::unexpected(loop.error());
  http::ClientTarget target{.origin = *origin,
                            .address = *address,
                            .verify_certificate = !flags.insecure,
                            .timeout = kPatience,
                            .headers = {}};
  if (!flags.key.empty()) {
    if (!origin->is_tls && !address->is_loopback()) {
      return fail(
          ErrorCode::kInvalidArgument,
          "--url: http:// would show the key's secret to whoever is on the way; use https://");
    }
    if (flags.insecure && !address->is_loopback()) {
      return fail(ErrorCode::kInvalidArgument,
                  "--insecure would show the key's secret to whoever answers on the way; let this "
                  "machine trust the server's certificate");
    }
    const auto secret = secret_of(flags);
    if (!secret) return std::unexpected(secret.error());
    target.headers.emplace_back("Authorization", basic(flags.key, *secret));
  }
  std::optional<Result<http::Response>> answered;
  http::fetch(**loop, target, method, path, body, [&](Result<http::Response> response) {
    answered = std::move(response);
    (*loop)->stop();
  });
  (*loop)->run();
  if (!answered) return fail(ErrorCode::kUnavailable, flags.url + ": no answer");
  if (!*answered) {
    return fail(ErrorCode::kUnavailable, flags.url + ": " + answered->error().message);
  }
  return std::move(*answered);
}

Error error_in(const http::Response& response) {
  Error out{ErrorCode::kUnavailable, "the server answered " + std::to_string(response.status)};
  if (response.status >= 400 && response.status < 500) out.code = ErrorCode::kForbidden;
  const auto value = json::parse(response.body);
  if (!value) return out;
  json::ReadStatus status;
  const std::string_view said =
      json::Reader(*value, status)["error"]["message"].string_or("", 4096);
  if (status.ok() && !said.empty()) out.message = said;
  return out;
}

}  // namespace

Result<std::string> secret_in(const std::string& path, const std::string& flag) {
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& in = path == "-" ? std::cin : file;
  std::string secret;
  std::getline(in, secret);
  // As files are written on Windows.
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) {
    return fail(ErrorCode::kInvalidArgument, flag + ": there is nothing in " + path);
  }
  return secret;
}

Result<std::string> secret_of(const RemoteFlags& flags) {
  if (!flags.secret_file.empty()) return secret_in(flags.secret_file, "--secret-file");
  // Not by CLI11, which would take it as a flag as well.
  const char* const said = std::getenv("CONFAB_API_SECRET");  // NOLINT(concurrency-mt-unsafe)
  return std::string(said == nullptr ? "" : said);
}

void declare_remote(CLI::App& command, RemoteFlags& flags) {
  command.add_option("--url", flags.url, "the server [http://127.0.0.1:8080] (CONFAB_URL)")
      ->envname("CONFAB_URL");
  command.add_option("--key", flags.key, "id of an API key (CONFAB_API_KEY)")
      ->envname("CONFAB_API_KEY");
  command.add_option("--secret-file", flags.secret_file,
                     "the file that its secret is in; - is standard input [CONFAB_API_SECRET]");
  command.add_flag("--insecure", flags.insecure,
                   "take any TLS certificate, of this machine alone where a key is shown");
  command.add_flag("--json", flags.as_json, "print JSON");
}

Result<boost::json::value> ask(const RemoteFlags& flags, http::Method method,
                               const std::string& path, const std::string& body) {
  const auto response = fetch(flags, method, path, body);
  if (!response) return std::unexpected(response.error());
  if (response->status >= 300) return std::unexpected(error_in(*response));
  return json::parse(response->body, 16 * json::kTextBytesMax);
}

std::string segment(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace confab::cli
