// Where a request begins and ends, judged over the bytes of its head before anything is parsed.
// What another server in front of us might read in another way is refused: two readings of one
// connection are how a request of one client becomes the answer of another (request smuggling).
// Pure functions over bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace confab::http {

enum class HeadState : std::uint8_t { kIncomplete, kComplete, kBroken };

// Looks for the empty line that ends a head, from `seen` on; moves `seen` behind what need not be
// looked at again, and at last behind the head. Broken: a line that does not end with CRLF.
HeadState find_head_end(std::string_view bytes, std::size_t& seen);

// The status with which RFC 9112 wants this complete head refused, if any: 400, or 501 for a
// transfer coding that is unknown here.
std::optional<unsigned> refusal_of_head(std::string_view head);

}  // namespace confab::http
