// What a page of the web app may load and run, and hashes of content.
#pragma once

#include <string>
#include <string_view>

namespace confab::http {

// The Content-Security-Policy of a page: its own inline scripts by their hashes, and no others.
std::string content_security_policy(std::string_view html);

// Of SHA-256, in base64 (CSP hashes, ETags).
std::string sha256_base64(std::string_view data);

}  // namespace confab::http
