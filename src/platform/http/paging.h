// Lists page by page: ?limit= (1 to 100) and ?cursor=, which is `next` of the page before. What is
// in a cursor is nobody's business but the list's that wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http/message.h"

namespace confab::http {

inline constexpr std::size_t kPageMax = 100;

struct Page {
  std::optional<std::string> after;  // where the page before ended, as it was given to cursor_of()
  std::size_t count = kPageMax;

  // Where that is a number, or `otherwise` on the first page. kInvalidArgument for anything else.
  Result<std::int64_t> number_or(std::int64_t otherwise) const;
};

// `list` is one letter, by which the cursor of another list is known and refused.
Result<Page> page_of(const Request& request, char list);
// For a cursor that is none of this list's by what is in it.
std::unexpected<Error> no_such_cursor();
std::string cursor_of(char list, std::string_view at);

}  // namespace confab::http
