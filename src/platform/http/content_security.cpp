#include "platform/http/content_security.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <vector>

#include "base/check.h"

namespace confab::http {
namespace {

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Whether an opening tag has a src attribute: then the file is fetched and 'self' covers it.
bool has_src(std::string_view tag) {
  for (std::size_t at = tag.find("src"); at != std::string_view::npos;
       at = tag.find("src", at + 1)) {
    const bool starts_word = at > 0 && std::isspace(static_cast<unsigned char>(tag[at - 1])) != 0;
    const std::size_t end = tag.find_first_not_of(" \t\r\n", at + 3);
    if (starts_word && end != std::string_view::npos && tag[end] == '=') return true;
  }
  return false;
}

// The contents of the inline scripts. Our own build's pages, not arbitrary HTML: a '>' in an
// attribute of <script> does not occur.
std::vector<std::string_view> inline_scripts(std::string_view html) {
  const std::string lower = to_lower(html);
  std::vector<std::string_view> scripts;
  std::size_t at = 0;
  while ((at = lower.find("<script", at)) != std::string::npos) {
    const std::size_t open_end = lower.find('>', at);
    if (open_end == std::string::npos) break;
    const std::size_t close = lower.find("</script", open_end);
    if (close == std::string::npos) break;
    if (!has_src(std::string_view(lower).substr(at, open_end - at))) {
      scripts.push_back(html.substr(open_end + 1, close - open_end - 1));
    }
    at = close;
  }
  return scripts;
}

}  // namespace

std::string sha256_base64(std::string_view data) {
  constexpr std::size_t kDigestBytes = 32;
  constexpr std::size_t kTextBytes = 44;
  std::array<unsigned char, kDigestBytes> digest{};
  unsigned length = 0;
  CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
  std::array<unsigned char, kTextBytes + 1> text{};
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
  return {reinterpret_cast<const char*>(text.data()), kTextBytes};
}

std::string content_security_policy(std::string_view html) {
  std::string scripts = "'self'";
  for (const std::string_view script : inline_scripts(html)) {
    const std::string hash = " 'sha256-" + sha256_base64(script) + "'";
    if (scripts.find(hash) == std::string::npos) scripts.append(hash);
  }
  // connect-src: not every browser counts a WebSocket to the page's own host as 'self'.
  // style-src: React and Radix set style attributes, which have no hashes.
  return "default-src 'self'; script-src " + scripts +
         "; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
         "media-src 'self' blob: mediastream:; font-src 'self'; connect-src 'self' ws: wss:; "
         "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
         "frame-ancestors 'none'";
}

}  // namespace confab::http
