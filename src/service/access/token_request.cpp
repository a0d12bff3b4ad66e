#include "service/access/token_request.h"

#include <array>
#include <boost/json.hpp>
#include <string>
#include <utility>

#include "platform/auth/jwt.h"
#include "platform/json/json.h"

namespace confab::access {
namespace {

constexpr std::array<std::string_view, 7> kOurs = {"iss", "exp", "iat", "nbf", "jti", "aud", "azp"};
constexpr std::size_t kIdLength = 22;

// { room, identity } as the claims that they stand for.
Result<void> expand(boost::json::object& body) {
  for (const auto& [shortcut, claim] : {std::pair{"identity", "sub"}, std::pair{"room", "video"}}) {
    if (!body.contains(shortcut)) continue;
    if (body.contains(claim)) {
      return fail(ErrorCode::kInvalidArgument,
                  std::string(shortcut) + ": " + claim + " says it already");
    }
  }
  if (body.contains("identity")) body["sub"] = body["identity"];
  if (body.contains("room")) {
    body["video"] = boost::json::object{{"roomJoin", true}, {"room", body["room"]}};
  }
  return {};
}

}  // namespace

Result<auth::Claims> read_token_request(std::string_view text, std::int64_t now_s, Random& random) {
  auto value = json::parse(text, auth::kTokenBytesMax);
  if (!value) return std::unexpected(value.error());
  if (!value->is_object()) return fail(ErrorCode::kInvalidArgument, "expected an object");
  json::ReadStatus status;
  const json::Reader in(*value, status);
  const std::int64_t lifetime_s =
      in["ttl"].present() ? in["ttl"].integer(1, auth::kTokenLifetimeMaxS) : kTokenLifetimeS;
  if (!status.ok()) return std::unexpected(status.error());
  boost::json::object& body = value->as_object();
  for (const std::string_view claim : kOurs) {
    if (!body.contains(claim)) continue;
    return fail(ErrorCode::kInvalidArgument, std::string(claim) + ": is for the server to say");
  }
  if (auto expanded = expand(body); !expanded) return std::unexpected(expanded.error());
  body["exp"] = now_s + lifetime_s;
  auto claims = auth::read_claims(json::serialize(*value));
  if (!claims) return claims;
  claims->issued_at_s = now_s;
  claims->id = "tk_" + random.alphanumeric(kIdLength);
  return claims;
}

}  // namespace confab::access
