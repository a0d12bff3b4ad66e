// About how many bytes an answer takes on the wire: what it is priced by. Small ones, whose number
// is limited anyway, are nothing.
#pragma once

#include <cstddef>

#include "call/actions.h"

namespace confab::call {

std::size_t answer_bytes(const ReplyBody& body);

}  // namespace confab::call
