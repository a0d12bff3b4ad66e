// What a token says (RFC 7519 §4), with the `video` grants of LiveKit's access tokens, so that
// programs which make those need only another key, and three claims of our own: `role`, `lobby`,
// `features`. Plain values; unknown claims are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace confab::auth {

enum class TokenRole : std::uint8_t { kViewer, kParticipant, kCohost, kHost };
std::string_view token_role_name(TokenRole role);
std::optional<TokenRole> parse_token_role(std::string_view name);

// Of `lobby`: what it says to whoever guards the door of a room.
enum class LobbyClaim : std::uint8_t { kNotSaid, kBypass, kWait };

// Bit i of VideoGrant::sources; in the order of control::TrackSource.
enum class TokenSource : std::uint8_t { kCamera, kMicrophone, kScreenShare, kScreenShareAudio };
inline constexpr std::uint8_t kAllTokenSources = 0b1111;

struct VideoGrant {
  bool room_create = false;
  bool room_list = false;
  bool room_admin = false;
  bool room_join = false;
  std::string
      room;  // the only one that room_join and room_admin are good for; empty: none is named
  // canPublish and canPublishSources in one; nothing where neither is said: what the role has.
  std::optional<std::uint8_t> sources;
  bool can_subscribe = true;
  std::optional<bool> can_publish_data;  // not said: as canPublish
  bool can_update_own_metadata = false;
  bool hidden = false;
  bool recorder = false;
  bool operator==(const VideoGrant&) const = default;
};

struct Claims {
  std::string issuer;
  std::string subject;
  std::string name;
  std::string id;                // jti
  std::string authorized_party;  // azp: of our own tokens, the API key that asked for it
  std::vector<std::string> audience;
  std::int64_t expires_at_s = 0;  // required of every token
  std::optional<std::int64_t> not_before_s;
  std::optional<std::int64_t> issued_at_s;
  std::string metadata;
  std::vector<std::pair<std::string, std::string>> attributes;
  VideoGrant video;
  std::optional<TokenRole> role;
  LobbyClaim lobby = LobbyClaim::kNotSaid;
  std::vector<std::string> features;
  bool operator==(const Claims&) const = default;
};

// Limits of what is read, in bytes or entries; a token has 8 kB in all.
inline constexpr std::size_t kIssuerBytesMax = 512;
inline constexpr std::size_t kSubjectBytesMax = 512;
inline constexpr std::size_t kTokenNameBytesMax = 512;
inline constexpr std::size_t kTokenIdBytesMax = 128;
inline constexpr std::size_t kMetadataBytesMax = 4096;
inline constexpr std::size_t kAudiencesMax = 16;
inline constexpr std::size_t kAttributesMax = 64;
inline constexpr std::size_t kFeaturesMax = 64;

// Of the JSON in a token's middle. The error names the claim.
Result<Claims> read_claims(std::string_view json);
// What read_claims() reads back as the same; what is as it would be by default is left out.
std::string write_claims(const Claims& claims);

}  // namespace confab::auth
