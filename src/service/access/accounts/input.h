// What people type in to sign up and in, read with its limits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace confab::access {

inline constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321 §4.5.3.1.3, without < and >
inline constexpr std::size_t kPasswordBytesMin = 8;
inline constexpr std::size_t kAccountPasswordBytesMax = 1024;

// The one spelling in which an address is kept and looked for: trimmed, in small letters. Plain
// ASCII with one @ and a name behind it; whether anybody reads mail there nobody looks.
Result<std::string> clean_email(std::string_view text);

// In bytes of UTF-8. Pages send NFC, so that one password is the same from every keyboard.
Result<void> check_new_password(std::string_view password);

// Where to go after signing in: a path of ours, or "/" for anything else.
std::string own_path(std::string_view wanted);

}  // namespace confab::access
