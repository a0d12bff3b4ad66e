// The built web app, read into memory once and served from there: precompressed variants, ETags,
// caching by kind, a Content-Security-Policy with the hashes of the inline scripts of each page.
// A request only looks up a table, so no path can leave the folder. Immutable after load().
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http/message.h"

namespace confab::http {

class StaticFiles {
 public:
  // Reads the folder with what is under it, at most kBytesMax. kNotFound when it is not there or
  // has no index.html.
  static Result<StaticFiles> load(const std::string& directory);

  // GET and HEAD; 405 for the rest, 404 with the app's own page where there is nothing.
  // "/room/<code>" is the one unchanged room page (docs/decisions).
  Response serve(const Request& request) const;

  // 404, with the app's own page.
  Response not_found(const Request& request) const;

  std::size_t file_count() const { return files_.size(); }

  static constexpr std::size_t kBytesMax = 128 * 1024 * 1024;

 private:
  struct Variant {
    std::shared_ptr<const std::string> body;  // shared with responses being written
    std::string etag;
  };
  struct File {
    Variant plain;
    Variant gzip;  // no body: there is none
    Variant brotli;
    std::string content_type;
    std::string cache_control;
    std::string content_security_policy;  // pages only
  };

  const File* find(std::string_view path) const;
  const File* find_page(std::string_view path) const;
  static Response respond(const File& file, unsigned status, const Request& request);

  std::map<std::string, File, std::less<>> files_;  // by path with the leading slash
};

}  // namespace confab::http
