// Signed statements that clients keep for us: "this is participant X of room Y" (resume token) and
// "who shows this may host room Y" (host key). HMAC-SHA256 over a versioned, length-prefixed body;
// compared in constant time before a byte of the body is believed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "base/random.h"
#include "platform/auth/sealer.h"

namespace confab::auth {

struct ResumeToken {
  std::string room;
  ParticipantId participant;
  std::string name;
  // Of the identity of the access token that gave the seat, its fingerprint(); nothing: none did.
  std::optional<std::string> granted_to;
  std::int64_t expires_at_ms = 0;  // milliseconds since 1970
  std::uint64_t generation = 0;    // which one of the participant's it is; a later one is higher
};

// Thread-safe once made.
class TokenSigner {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  using Key = std::array<std::uint8_t, kKeyBytes>;

  explicit TokenSigner(const Key& key) : key_(key) {}

  // Reads the key, or makes one (mode 0600). A file of the wrong size, or one that others may read,
  // is refused: a guessable or leaked key would let anyone be anyone.
  static Result<TokenSigner> open(const std::string& path, Random& random);

  // A key that several processes share, as 64 hex digits.
  static Result<TokenSigner> from_hex(std::string_view text);

  std::string sign(const ResumeToken& token) const;
  // Nothing for a token that is not ours, damaged, or expired at `now_ms`.
  std::optional<ResumeToken> verify(std::string_view text, std::int64_t now_ms) const;

  // Does not expire; it is as good as the room.
  std::string host_key(std::string_view room) const;
  bool is_host_key(std::string_view text, std::string_view room) const;

  // For secrets at rest. Its key is made of ours and good for nothing else; with another key of
  // ours, what was sealed does not open any more.
  Sealer sealer() const;

 private:
  std::string seal(std::string_view prefix, std::string_view body) const;
  std::optional<std::string> unseal(std::string_view prefix, std::string_view text) const;

  Key key_;
};

}  // namespace confab::auth
