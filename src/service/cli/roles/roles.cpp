#include "service/cli/roles/roles.h"

#include "service/cli/roles/serve.h"

namespace confab::cli {
namespace {

constexpr RoleEntry kEntries[] = {
    {Role::kServe, "everything in one process: web app, signaling, media", serve},
};

}  // namespace

std::span<const RoleEntry> roles() {
  return kEntries;
}

}  // namespace confab::cli
