#include "service/access/accounts/accounts_api.h"

#include <boost/json.hpp>
#include <cmath>
#include <string>
#include <utility>

#include "call/rate_limit.h"
#include "platform/http/page.h"
#include "service/access/accounts/input.h"
#include "service/access/answers.h"

namespace confab::access {
namespace {

using http::Method;
using http::Request;
using http::Responder;

constexpr std::size_t kBodyBytesMax = 8 * 1024;
constexpr std::size_t kNameBytesMax = 1024;  // counted in characters later
constexpr std::size_t kLinkBytesMax = 64;
constexpr std::size_t kRoomsListed = 100;
// More than is taken, so that what is too long is told by its own sentence.
constexpr std::size_t kPasswordBytesRead = 4096;

boost::json::object describe(const store::AccountRecord& account) {
  return {{"id", account.id},
          {"email", account.email},
          {"name", account.name},
          {"hasPassword", !account.password_hash.empty()},
          {"operator", account.is_operator}};
}

// A form of another site can not send this type without being asked first (CORS).
bool is_json(const Request& request) {
  const std::string_view type = request.header("Content-Type");
  return http::equals_ignoring_case(type.substr(0, type.find(';')), "application/json");
}

Error not_signed_in() {
  return {ErrorCode::kUnauthenticated, "you are not signed in"};
}

// When one address may try again: the page waits as long, so it must not be told too early.
http::Response refuse_try(const Error& error, const call::Rate& rate) {
  http::Response response = refusal(error);
  if (error.code == ErrorCode::kRateLimited) {
    response.set_header("Retry-After", std::to_string(std::lround(1 / rate.per_second)));
  }
  return response;
}

}  // namespace

AccountsApi::AccountsApi(const Config& config, Accounts& accounts, http::HttpServer& server)
    : config_(config), accounts_(accounts) {
  post(server, "/api/auth/sign-up", For::kEverybody, &AccountsApi::sign_up);
  post(server, "/api/auth/sign-in", For::kEverybody, &AccountsApi::sign_in);
  post(server, "/api/auth/sign-out", For::kSignedIn, &AccountsApi::sign_out);
  post(server, "/api/auth/password", For::kSignedIn, &AccountsApi::change_password);
  post(server, "/api/auth/delete", For::kSignedIn, &AccountsApi::erase);
  post(server, "/api/auth/link", For::kEverybody, &AccountsApi::use_link);
  server.route(Method::kGet, "/api/auth/me", [this](const Request& request, Responder responder) {
    get_me(request, std::move(responder));
  });
  server.route(Method::kGet, "/api/auth/rooms",
               [this](const Request& request, Responder responder) {
                 list_rooms(request, std::move(responder));
               });
}

void AccountsApi::post(http::HttpServer& server, std::string_view path, For whom, Act act) {
  server.route(Method::kPost, path, [this, whom, act](const Request& request, Responder responder) {
    if (whom == For::kSignedIn && !has_session_cookie(request)) {
      return responder.send(refusal(not_signed_in()));
    }
    if (!http::is_own_page(request)) {
      return responder.send(
          refusal({ErrorCode::kForbidden, "this is for pages of this server alone"}));
    }
    if (whom == For::kEverybody) return carry_out(act, request, {}, std::move(responder));
    as_owner(request, std::move(responder),
             [this, act, request](const store::SessionOwner& owner, Responder to) {
               carry_out(act, request, owner, std::move(to));
             });
  });
}

void AccountsApi::carry_out(Act act, const Request& request, const store::SessionOwner& owner,
                            Responder responder) {
  if (!is_json(request)) {
    return responder.send(
        refusal({ErrorCode::kInvalidArgument, "Content-Type: expected application/json"}));
  }
  const auto body = json::parse(request.body, kBodyBytesMax);
  if (!body) return responder.send(refusal(body.error()));
  json::ReadStatus status;
  const json::Reader in(*body, status);
  // Each reads its fields before it does anything, and asks then whether they are right.
  (this->*act)({in, status, request, owner}, std::move(responder));
}

Accounts::Answer AccountsApi::welcome(const Request& request, Responder responder,
                                      unsigned status) {
  return [this, request, status,
          responder = std::move(responder)](const Result<Accounts::SignedIn>& signed_in) mutable {
    if (!signed_in) {
      const call::Rate& rate = status == 201 ? kSignUpRate : kWrongByAddress;
      return responder.send(refuse_try(signed_in.error(), rate));
    }
    auto cookie = session_cookie(request, signed_in->secret, config_.auth.session_lifetime);
    if (!cookie) return responder.send(refusal(cookie.error()));
    // One that the browser had before is not needed any more.
    if (const std::string before = session_secret(request); !before.empty()) {
      accounts_.sessions().end(before, [](const Result<void>&) {});
    }
    http::Response response =
        answer(status, boost::json::object{{"account", describe(signed_in->account)}});
    response.headers.emplace_back("Set-Cookie", std::move(*cookie));
    responder.send(std::move(response));
  };
}

void AccountsApi::sign_up(const Asked& asked, Responder responder) {
  const Accounts::NewAccount wanted{std::string(asked.in["email"].string(kNameBytesMax)),
                                    std::string(asked.in["name"].string(kNameBytesMax)),
                                    std::string(asked.in["password"].string(kPasswordBytesRead))};
  if (!asked.status.ok()) return responder.send(refusal(asked.status.error()));
  const Request& request = asked.request;
  if (auto may = session_cookie(request, "", {}); !may) return responder.send(refusal(may.error()));
  accounts_.sign_up(wanted, request.remote.address, welcome(request, std::move(responder), 201));
}

void AccountsApi::sign_in(const Asked& asked, Responder responder) {
  const std::string email(asked.in["email"].string(kNameBytesMax));
  std::string password(asked.in["password"].string(kPasswordBytesRead));
  if (!asked.status.ok()) return responder.send(refusal(asked.status.error()));
  const Request& request = asked.request;
  if (auto may = session_cookie(request, "", {}); !may) return responder.send(refusal(may.error()));
  accounts_.sign_in(email, std::move(password), request.remote.address,
                    welcome(request, std::move(responder), 200));
}

void AccountsApi::as_owner(const Request& request, Responder responder, WithOwner then) {
  accounts_.sessions().find_shown(session_secret(request), request.remote.address,
                                  [responder = std::move(responder), then = std::move(then)](
                                      Result<std::optional<store::SessionOwner>> owner) mutable {
                                    if (!owner) return responder.send(refusal(owner.error()));
                                    if (!*owner) return responder.send(refusal(not_signed_in()));
                                    then(std::move(**owner), std::move(responder));
                                  });
}

void AccountsApi::sign_out(const Asked& asked, Responder responder) {
  const bool is_everywhere = asked.in["everywhere"].boolean_or(false);
  if (!asked.status.ok()) return responder.send(refusal(asked.status.error()));
  auto ended = [request = asked.request,
                responder = std::move(responder)](const Result<void>& done) mutable {
    if (!done) return responder.send(refusal(done.error()));
    http::Response response = answer(200, boost::json::object{});
    response.headers.emplace_back("Set-Cookie", end_of_cookie(request));
    responder.send(std::move(response));
  };
  const IpAddress& from = asked.request.remote.address;
  if (is_everywhere) {
    accounts_.sign_out_everywhere(asked.owner.account, from, std::move(ended));
  } else {
    accounts_.sign_out(asked.owner, session_secret(asked.request), from, std::move(ended));
  }
}

void AccountsApi::change_password(const Asked& asked, Responder responder) {
  std::string current(asked.in["current"].string(kPasswordBytesRead));
  const std::string wanted(asked.in["password"].string(kPasswordBytesRead));
  if (!asked.status.ok()) return responder.send(refusal(asked.status.error()));
  accounts_.change_password(asked.owner.account, std::move(current), wanted,
                            asked.request.remote.address,
                            welcome(asked.request, std::move(responder), 200));
}

void AccountsApi::erase(const Asked& asked, Responder responder) {
  const auto password = asked.in["password"];
  std::string confirmed_by(password.present() ? password.string(kPasswordBytesRead) : "");
  if (!asked.status.ok()) return responder.send(refusal(asked.status.error()));
  accounts_.erase(asked.owner, std::move(confirmed_by), asked.request.remote.address,
                  [request = asked.request,
                   responder = std::move(responder)](const Result<void>& done) mutable {
                    if (!done) return responder.send(refuse_try(done.error(), kWrongByAddress));
                    http::Response response = answer(200, boost::json::object{});
                    response.headers.emplace_back("Set-Cookie", end_of_cookie(request));
                    responder.send(std::move(response));
                  });
}

void AccountsApi::use_link(const Asked& asked, Responder responder) {
  const std::string link(asked.in["link"].string(kLinkBytesMax));
  const std::string password(asked.in["password"].string(kPasswordBytesRead));
  if (!asked.status.ok()) return responder.send(refusal(asked.status.error()));
  const Request& request = asked.request;
  if (auto may = session_cookie(request, "", {}); !may) return responder.send(refusal(may.error()));
  accounts_.use_link(link, password, request.remote.address,
                     welcome(request, std::move(responder), 200));
}

// Nobody is no error: every visitor's page asks. A browser whose session is over stops showing it.
void AccountsApi::get_me(const Request& request, Responder responder) {
  const std::string secret = session_secret(request);
  accounts_.sessions().find_shown(
      secret, request.remote.address,
      [request, has_shown = !secret.empty(), responder = std::move(responder)](
          const Result<std::optional<store::SessionOwner>>& owner) mutable {
        if (!owner) return responder.send(refusal(owner.error()));
        boost::json::object out{{"account", nullptr}};
        if (*owner) out["account"] = describe((*owner)->account);
        http::Response response = answer(200, out);
        if (has_shown && !*owner) {
          response.headers.emplace_back("Set-Cookie", end_of_cookie(request));
        }
        responder.send(std::move(response));
      });
}

void AccountsApi::list_rooms(const Request& request, Responder responder) {
  as_owner(request, std::move(responder), [this](const store::SessionOwner& owner, Responder to) {
    accounts_.store().own_rooms(
        account_identity(owner.account.id), kRoomsListed,
        [to = std::move(to)](const Result<std::vector<store::OwnRoomRecord>>& rooms) mutable {
          if (!rooms) return to.send(refusal(rooms.error()));
          boost::json::array out;
          for (const store::OwnRoomRecord& room : *rooms) {
            out.emplace_back(boost::json::object{
                {"code", room.code}, {"title", room.title}, {"createdAt", room.created_at_ms}});
          }
          to.send(answer(200, boost::json::object{{"rooms", std::move(out)}}));
        });
  });
}

}  // namespace confab::access
