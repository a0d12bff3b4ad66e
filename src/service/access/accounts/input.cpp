#include "service/access/accounts/input.h"

#include <algorithm>

namespace confab::access {
namespace {

constexpr std::size_t kPathBytesMax = 512;

bool is_shown_ascii(char c) {
  return c > ' ' && c < 0x7f;
}

std::unexpected<Error> not_an_address() {
  return fail(ErrorCode::kInvalidArgument, "email: expected an address such as ada@example.org");
}

}  // namespace

Result<std::string> clean_email(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.size() > kEmailBytesMax) {
    return fail(ErrorCode::kTooLarge, "email: longer than 254 characters");
  }
  if (!std::ranges::all_of(text, is_shown_ascii)) return not_an_address();
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) {
    return not_an_address();
  }
  const std::string_view domain = text.substr(at + 1);
  const bool is_name = !domain.empty() && !domain.starts_with('.') && !domain.ends_with('.') &&
                       std::ranges::all_of(domain, [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
                       });
  if (!is_name || text.find_first_of("<>()[],;:\\\"") != std::string_view::npos) {
    return not_an_address();
  }
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Result<void> check_new_password(std::string_view password) {
  if (password.size() < kPasswordBytesMin) {
    return fail(ErrorCode::kInvalidArgument, "password: at least 8 characters");
  }
  if (password.size() > kAccountPasswordBytesMax) {
    return fail(ErrorCode::kTooLarge, "password: longer than 1024 bytes");
  }
  return {};
}

// "//evil.example" and "/\evil.example" are other sites to a browser, which also drops tabs and
// line breaks before it looks.
std::string own_path(std::string_view wanted) {
  const bool is_path = wanted.size() <= kPathBytesMax && wanted.starts_with('/') &&
                       !wanted.starts_with("//") && std::ranges::all_of(wanted, is_shown_ascii) &&
                       wanted.find('\\') == std::string_view::npos;
  return is_path ? std::string(wanted) : "/";
}

}  // namespace confab::access
