#include "platform/http/content_type.h"

#include <algorithm>
#include <array>
#include <utility>

namespace confab::http {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array<Pair, 20> kTypes = {{
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"xml", "application/xml"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/x-icon"},
    {"woff2", "font/woff2"},
    {"woff", "font/woff"},
    {"wasm", "application/wasm"},
    {"mp3", "audio/mpeg"},
}};

}  // namespace

std::string_view content_type_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const std::string_view extension =
      dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  const auto at = std::ranges::find(kTypes, extension, &Pair::first);
  return at == kTypes.end() ? "application/octet-stream" : at->second;
}

}  // namespace confab::http
