#include "platform/http/static_files.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "platform/http/content_security.h"
#include "platform/http/content_type.h"
#include "platform/http/etag.h"

namespace confab::http {
namespace {

namespace fs = std::filesystem;

// Names under it carry a hash of the content (Next.js).
constexpr std::string_view kImmutable = "/_next/static/";
constexpr std::string_view kRoomPrefix = "/room/";
// How the export may have called the one room page.
constexpr std::array<std::string_view, 2> kRoomPages = {"/room", "/room/_"};
constexpr std::string_view kNotFoundPage = "/404.html";
constexpr std::size_t kRoomCodeBytesMax = 64;

struct Loaded {
  std::shared_ptr<const std::string> body;
  std::string etag;
};

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Loaded to_variant(std::string content) {
  std::string etag = etag_of(content);
  return {std::make_shared<const std::string>(std::move(content)), std::move(etag)};
}

std::string cache_control_of(std::string_view path) {
  return path.starts_with(kImmutable) ? "public, max-age=31536000, immutable" : "no-cache";
}

bool is_room_code(std::string_view text) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= kRoomCodeBytesMax && std::ranges::all_of(text, is_fine);
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// RFC 9110 §12.5.3, as far as browsers use it: named and not with a weight of zero.
bool accepts(std::string_view header, std::string_view coding) {
  std::string_view item;
  while (next_item(header, item)) {
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    if (trim(item.substr(0, semicolon)) != coding) continue;
    const std::string_view weight = trim(item.substr(std::min(semicolon + 1, item.size())));
    return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  }
  return false;
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& directory) {
  StaticFiles out;
  std::size_t bytes = 0;
  std::map<std::string, Loaded> all;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(directory, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    auto content = read_file(at->path());
    if (!content) {
      return fail(ErrorCode::kUnavailable, "cannot read " + at->path().generic_string());
    }
    bytes += content->size();
    if (bytes > kBytesMax) {
      return fail(ErrorCode::kTooLarge, "the web app in " + directory + " is too large");
    }
    all["/" + at->path().lexically_relative(directory).generic_string()] =
        to_variant(std::move(*content));
  }
  if (error) return fail(ErrorCode::kNotFound, directory + ": " + error.message());
  for (const auto& [path, loaded] : all) {
    // Served as a variant of the file they were made of.
    if (path.ends_with(".gz") && all.contains(path.substr(0, path.size() - 3))) continue;
    if (path.ends_with(".br") && all.contains(path.substr(0, path.size() - 3))) continue;
    File file;
    file.plain = {loaded.body, loaded.etag};
    if (const auto gz = all.find(path + ".gz"); gz != all.end()) {
      file.gzip = {gz->second.body, gz->second.etag};
    }
    if (const auto br = all.find(path + ".br"); br != all.end()) {
      file.brotli = {br->second.body, br->second.etag};
    }
    file.content_type = content_type_of(path);
    file.cache_control = cache_control_of(path);
    if (path.ends_with(".html"))
      file.content_security_policy = content_security_policy(*loaded.body);
    out.files_.emplace(path, std::move(file));
  }
  if (!out.files_.contains("/index.html")) {
    return fail(ErrorCode::kNotFound, directory + " has no index.html: the web app is not built");
  }
  return out;
}

Response StaticFiles::serve(const Request& request) const {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    Response response = Response::text(405, "Method Not Allowed\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (const File* file = find(request.path)) return respond(*file, 200, request);
  return not_found(request);
}

Response StaticFiles::not_found(const Request& request) const {
  const auto page = files_.find(kNotFoundPage);
  if (page == files_.end()) return Response::text(404, "Not Found\n");
  return respond(page->second, 404, request);
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
  if (const auto at = files_.find(path); at != files_.end()) return &at->second;
  if (const File* page = find_page(path)) return page;
  if (!path.starts_with(kRoomPrefix)) return nullptr;
  // "/room/<code>", and "/room/<code>.txt" for a navigation inside the app.
  std::string_view code = path.substr(kRoomPrefix.size());
  const bool is_data = code.ends_with(".txt");
  if (is_data) code.remove_suffix(4);
  if (!is_room_code(code)) return nullptr;
  for (const std::string_view page : kRoomPages) {
    const auto at = files_.find(std::string(page) + (is_data ? ".txt" : ".html"));
    if (at != files_.end()) return &at->second;
  }
  return nullptr;
}

const StaticFiles::File* StaticFiles::find_page(std::string_view path) const {
  if (!path.starts_with('/')) return nullptr;
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const std::string_view suffix : {"/index.html", ".html"}) {
    const auto at = files_.find(std::string(path) + std::string(suffix));
    if (at != files_.end()) return &at->second;
  }
  return nullptr;
}

Response StaticFiles::respond(const File& file, unsigned status, const Request& request) {
  const std::string_view accepted = request.header("Accept-Encoding");
  const Variant* variant = &file.plain;
  std::string_view coding;
  if (file.brotli.body && accepts(accepted, "br")) {
    variant = &file.brotli;
    coding = "br";
  } else if (file.gzip.body && accepts(accepted, "gzip")) {
    variant = &file.gzip;
    coding = "gzip";
  }
  Response response;
  response.status = status;
  Headers& headers = response.headers;
  headers.emplace_back("ETag", variant->etag);
  headers.emplace_back("Cache-Control", status == 200 ? file.cache_control : "no-store");
  if (file.brotli.body || file.gzip.body) headers.emplace_back("Vary", "Accept-Encoding");
  if (status == 200 && matches_weakly(request.header("If-None-Match"), variant->etag)) {
    response.status = 304;
    return response;
  }
  headers.emplace_back("Content-Type", file.content_type);
  if (!coding.empty()) headers.emplace_back("Content-Encoding", std::string(coding));
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (!file.content_security_policy.empty()) {
    headers.emplace_back("Content-Security-Policy", file.content_security_policy);
    headers.emplace_back("Referrer-Policy", "no-referrer");
    // Another site's window must not hold a handle on a call.
    headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    headers.emplace_back("Permissions-Policy",
                         "camera=(self), microphone=(self), display-capture=(self), "
                         "speaker-selection=(self), fullscreen=(self), autoplay=(self), "
                         "geolocation=(), payment=(), usb=()");
  }
  response.shared_body = variant->body;
  return response;
}

}  // namespace confab::http
