#include "platform/auth/claims.h"

#include <array>
#include <boost/json.hpp>

#include "platform/json/json.h"

namespace confab::auth {
namespace {

// 2^53: what every JSON library writes and reads without loss.
constexpr std::int64_t kSecondsMax = std::int64_t{1} << 53;
constexpr std::size_t kFeatureBytesMax = 64;
constexpr std::size_t kRoomBytesMax = 128;
constexpr std::size_t kSourcesMax = 16;

constexpr std::array<std::string_view, 4> kSourceNames = {"camera", "microphone", "screen_share",
                                                          "screen_share_audio"};
constexpr std::array<std::string_view, 4> kRoleNames = {"viewer", "participant", "cohost", "host"};

// A source that we do not know gives nothing.
std::uint8_t bit_of(std::string_view source) {
  for (std::size_t i = 0; i < kSourceNames.size(); ++i) {
    if (source == kSourceNames[i]) return static_cast<std::uint8_t>(1U << i);
  }
  return 0;
}

// LiveKit's rules: an empty list of sources is none at all, nothing is published without
// canPublish, and canPublishData follows it where it is not said. All sources are as good as
// canPublish, and none as its opposite.
void read_publishing(const json::Reader& in, VideoGrant& out) {
  if (in["canPublish"].present()) {
    out.sources = in["canPublish"].boolean() ? kAllTokenSources : std::uint8_t{0};
  }
  std::size_t count = 0;
  std::uint8_t named = 0;
  if (in["canPublishSources"].present()) {
    in["canPublishSources"].elements(kSourcesMax, [&](const json::Reader& source) {
      ++count;
      named |= bit_of(source.string(kFeatureBytesMax));
    });
  }
  const auto can_publish = out.sources;
  if (count > 0) out.sources = out.sources.value_or(kAllTokenSources) & named;
  if (in["canPublishData"].present()) {
    out.can_publish_data = in["canPublishData"].boolean();
  } else if (can_publish) {
    out.can_publish_data = *can_publish != 0;
  } else if (out.sources == std::uint8_t{0} || out.sources == kAllTokenSources) {
    out.can_publish_data = out.sources != std::uint8_t{0};
  }
}

VideoGrant read_video(const json::Reader& in) {
  VideoGrant out;
  if (!in.present()) return out;
  out.room_create = in["roomCreate"].boolean_or(false);
  out.room_list = in["roomList"].boolean_or(false);
  out.room_admin = in["roomAdmin"].boolean_or(false);
  out.room_join = in["roomJoin"].boolean_or(false);
  out.room = in["room"].string_or("", kRoomBytesMax);
  read_publishing(in, out);
  out.can_subscribe = in["canSubscribe"].boolean_or(true);
  out.can_update_own_metadata = in["canUpdateOwnMetadata"].boolean_or(false);
  out.hidden = in["hidden"].boolean_or(false);
  out.recorder = in["recorder"].boolean_or(false);
  return out;
}

// RFC 7519 §4.1.3: one, or a list.
std::vector<std::string> read_audience(const json::Reader& in) {
  if (!in.present()) return {};
  if (in.is_string()) return {std::string(in.string(kIssuerBytesMax))};
  std::vector<std::string> out;
  in.elements(kAudiencesMax,
              [&](const json::Reader& each) { out.emplace_back(each.string(kIssuerBytesMax)); });
  return out;
}

std::optional<std::int64_t> read_seconds(const json::Reader& in) {
  if (!in.present()) return std::nullopt;
  return in.rounded_down(0, kSecondsMax);
}

std::optional<TokenRole> read_role(const json::Reader& in) {
  if (!in.present()) return std::nullopt;
  const auto role = parse_token_role(in.string(kFeatureBytesMax));
  if (!role && in.ok()) in.fail("expected host, cohost, participant or viewer");
  return role;
}

LobbyClaim read_lobby(const json::Reader& in) {
  if (!in.present()) return LobbyClaim::kNotSaid;
  const std::string_view word = in.string(kFeatureBytesMax);
  if (word == "bypass") return LobbyClaim::kBypass;
  if (word != "wait" && in.ok()) in.fail("expected bypass or wait");
  return LobbyClaim::kWait;
}

void read_lists(const json::Reader& in, Claims& out) {
  if (in["attributes"].present()) {
    in["attributes"].members(kAttributesMax, [&](std::string_view key, const json::Reader& value) {
      out.attributes.emplace_back(key, value.string(kMetadataBytesMax));
    });
  }
  if (in["features"].present()) {
    in["features"].elements(kFeaturesMax, [&](const json::Reader& each) {
      out.features.emplace_back(each.string(kFeatureBytesMax));
    });
  }
}

// ---- writing ----

void put_text(boost::json::object& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}

void put_flag(boost::json::object& out, std::string_view key, bool value, bool otherwise) {
  if (value != otherwise) out[key] = value;
}

boost::json::object write_video(const VideoGrant& video) {
  boost::json::object out;
  put_flag(out, "roomCreate", video.room_create, false);
  put_flag(out, "roomList", video.room_list, false);
  put_flag(out, "roomAdmin", video.room_admin, false);
  put_flag(out, "roomJoin", video.room_join, false);
  put_text(out, "room", video.room);
  if (video.sources == std::uint8_t{0} || video.sources == kAllTokenSources) {
    out["canPublish"] = video.sources == kAllTokenSources;
  } else if (video.sources) {
    boost::json::array sources;
    for (std::size_t i = 0; i < kSourceNames.size(); ++i) {
      if ((*video.sources >> i & 1U) != 0) sources.emplace_back(kSourceNames[i]);
    }
    out["canPublishSources"] = std::move(sources);
  }
  if (video.can_publish_data) out["canPublishData"] = *video.can_publish_data;
  put_flag(out, "canSubscribe", video.can_subscribe, true);
  put_flag(out, "canUpdateOwnMetadata", video.can_update_own_metadata, false);
  put_flag(out, "hidden", video.hidden, false);
  put_flag(out, "recorder", video.recorder, false);
  return out;
}

void write_ours(const Claims& claims, boost::json::object& out) {
  if (claims.role) out["role"] = token_role_name(*claims.role);
  if (claims.lobby != LobbyClaim::kNotSaid) {
    out["lobby"] = claims.lobby == LobbyClaim::kBypass ? "bypass" : "wait";
  }
  if (!claims.features.empty()) out["features"] = boost::json::value_from(claims.features);
}

}  // namespace

std::string_view token_role_name(TokenRole role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<TokenRole> parse_token_role(std::string_view name) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
    if (name == kRoleNames[i]) return static_cast<TokenRole>(i);
  }
  return std::nullopt;
}

Result<Claims> read_claims(std::string_view text) {
  const auto value = json::parse(text);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  const json::Reader in(*value, status);
  Claims out;
  out.issuer = in["iss"].string_or("", kIssuerBytesMax);
  out.subject = in["sub"].string_or("", kSubjectBytesMax);
  out.name = in["name"].string_or("", kTokenNameBytesMax);
  out.id = in["jti"].string_or("", kTokenIdBytesMax);
  out.authorized_party = in["azp"].string_or("", kTokenIdBytesMax);
  out.audience = read_audience(in["aud"]);
  out.expires_at_s = in["exp"].rounded_down(0, kSecondsMax);
  out.not_before_s = read_seconds(in["nbf"]);
  out.issued_at_s = read_seconds(in["iat"]);
  out.metadata = in["metadata"].string_or("", kMetadataBytesMax);
  out.video = read_video(in["video"]);
  out.role = read_role(in["role"]);
  out.lobby = read_lobby(in["lobby"]);
  read_lists(in, out);
  if (!status.ok()) return std::unexpected(status.error());
  return out;
}

std::string write_claims(const Claims& claims) {
  boost::json::object out;
  put_text(out, "iss", claims.issuer);
  put_text(out, "sub", claims.subject);
  put_text(out, "name", claims.name);
  put_text(out, "jti", claims.id);
  put_text(out, "azp", claims.authorized_party);
  if (claims.audience.size() == 1) {
    out["aud"] = claims.audience.front();
  } else if (!claims.audience.empty()) {
    out["aud"] = boost::json::value_from(claims.audience);
  }
  out["exp"] = claims.expires_at_s;
  if (claims.not_before_s) out["nbf"] = *claims.not_before_s;
  if (claims.issued_at_s) out["iat"] = *claims.issued_at_s;
  put_text(out, "metadata", claims.metadata);
  if (!claims.attributes.empty()) {
    boost::json::object attributes;
    for (const auto& [key, value] : claims.attributes) attributes[key] = value;
    out["attributes"] = std::move(attributes);
  }
  if (claims.video != VideoGrant{}) out["video"] = write_video(claims.video);
  write_ours(claims, out);
  return json::serialize(out);
}

}  // namespace confab::auth
