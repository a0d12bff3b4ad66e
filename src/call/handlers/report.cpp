// What a client saw. Nobody in the meeting hears of it: whoever keeps the numbers does.
#include <utility>

#include "call/handlers/handlers.h"

namespace confab::call {

void on(Core& core, const Origin& origin, Asker, SendReport request) {
  core.reply(origin, ReportTaken{std::move(request.report)});
}

}  // namespace confab::call
