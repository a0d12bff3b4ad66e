#include "platform/auth/scopes.h"

#include <algorithm>
#include <array>

namespace confab::auth {
namespace {

constexpr std::array<std::string_view, kScopeCount> kNames = {"join",     "rooms", "tokens",
                                                              "webhooks", "keys",  "ops"};

}  // namespace

std::string_view scope_name(Scope scope) {
  return kNames[static_cast<std::size_t>(scope)];
}

std::optional<Scopes> Scopes::parse(std::string_view words) {
  Scopes out;
  while (true) {
    const std::size_t comma = words.find(',');
    const auto* const at = std::ranges::find(kNames, words.substr(0, comma));
    if (at == kNames.end()) return std::nullopt;
    out = out.with(static_cast<Scope>(at - kNames.begin()));
    if (comma == std::string_view::npos) return out;
    words.remove_prefix(comma + 1);
  }
}

std::string Scopes::to_string() const {
  std::string out;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!has(static_cast<Scope>(i))) continue;
    if (!out.empty()) out += ',';
    out += kNames[i];
  }
  return out;
}

Scopes scopes_of(const VideoGrant& grant) {
  Scopes out;
  if (grant.room_join) out = out.with(Scope::kJoin);
  if (grant.room_create || grant.room_list || grant.room_admin) out = out.with(Scope::kRooms);
  return out;
}

Scopes scopes_needed(const Claims& claims) {
  const bool leads = claims.role == TokenRole::kCohost || claims.role == TokenRole::kHost;
  const bool passes = claims.video.hidden || claims.lobby == LobbyClaim::kBypass;
  const Scopes out = scopes_of(claims.video);
  return leads || passes ? out.with(Scope::kRooms) : out;
}

}  // namespace confab::auth
