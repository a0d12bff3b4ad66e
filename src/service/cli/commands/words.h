// What the commands for operators share: how they print and how they fail.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace confab::cli {

// A line on standard error; the process's exit code: 2 for what was asked wrongly, else 1.
int complain(const Error& error);
// With --json the whole value, else the text.
int print(bool as_json, const boost::json::value& value, std::string_view text);
// 1700000000000 as "2023-11-14 22:13:20Z"; "-" for 0.
std::string when(std::int64_t unix_ms);

}  // namespace confab::cli
