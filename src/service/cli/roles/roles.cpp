#include "service/cli/roles/roles.h"

#include "service/cli/roles/gateway.h"
#include "service/cli/roles/logs.h"
#include "service/cli/roles/media.h"
#include "service/cli/roles/serve.h"
#include "service/cli/roles/signaling.h"
#include "service/cli/roles/web.h"

namespace confab::cli {
namespace {

constexpr RoleEntry kEntries[] = {
    {Role::kServe, "everything in one process: web app, signaling, media", serve},
    {Role::kGateway, "the public door of several signaling nodes: web app, API, Socket.IO",
     gateway},
    {Role::kWeb, "the web app's files alone", web},
    {Role::kSignaling, "meetings and rooms, with media on other machines", signaling},
    {Role::kMedia, "media alone, for signaling on other machines", media},
    {Role::kLogs, "what all services logged, to look at in a browser", logs},
};

}  // namespace

std::span<const RoleEntry> roles() {
  return kEntries;
}

}  // namespace confab::cli
