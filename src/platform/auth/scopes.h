// What an API key may do: what it may ask of REST by itself, and what tokens that it signs may
// grant.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "platform/auth/claims.h"

namespace confab::auth {

enum class Scope : std::uint8_t {
  kJoin,      // its tokens may let people into rooms
  kRooms,     // make, list, change and end rooms; its tokens may grant the same
  kTokens,    // have tokens made and revoked
  kWebhooks,  // be told what happens
  kKeys,      // make and revoke API keys: everything, in the end
  kOps,       // the audit log, nodes, all numbers
};
inline constexpr std::size_t kScopeCount = 6;

class Scopes {
 public:
  constexpr Scopes() = default;
  static constexpr Scopes all() { return Scopes((1U << kScopeCount) - 1); }
  // "join,rooms"; nothing if a word is not the name of one, or there is none.
  static std::optional<Scopes> parse(std::string_view words);

  constexpr bool has(Scope scope) const {
    return (bits_ >> static_cast<unsigned>(scope) & 1U) != 0;
  }
  constexpr Scopes with(Scope scope) const {
    return Scopes(bits_ | (1U << static_cast<unsigned>(scope)));
  }
  // Has all of `other`.
  constexpr bool covers(Scopes other) const { return (bits_ & other.bits_) == other.bits_; }
  std::string to_string() const;
  constexpr bool operator==(const Scopes&) const = default;

 private:
  explicit constexpr Scopes(unsigned bits) : bits_(bits) {}
  unsigned bits_ = 0;
};

std::string_view scope_name(Scope scope);

// What a token with these grants is as good as, where it is shown itself.
Scopes scopes_of(const VideoGrant& grant);
// Which scopes a key must have for a token that says this. To lead a room, to be in it unseen or to
// pass its lobby is more than to be let in.
Scopes scopes_needed(const Claims& claims);

}  // namespace confab::auth
