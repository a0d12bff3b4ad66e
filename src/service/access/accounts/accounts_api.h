// REST of accounts: /api/auth/*. What changes something is asked by a page of ours alone, in JSON,
// so that no other site can do it in somebody's name. Loop thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/http/server.h"
#include "platform/json/json.h"
#include "service/access/accounts/accounts.h"

namespace confab::access {

class AccountsApi {
 public:
  // Declares its routes on `server`: make it before listen(). References outlive it.
  AccountsApi(const Config& config, Accounts& accounts, http::HttpServer& server);

 private:
  struct Asked {
    const json::Reader& in;
    const json::ReadStatus& status;
    const http::Request& request;
    const store::SessionOwner& owner;  // of what is for who is signed in
  };
  using Act = void (AccountsApi::*)(const Asked& asked, http::Responder responder);
  enum class For : std::uint8_t { kEverybody, kSignedIn };
  void post(http::HttpServer& server, std::string_view path, For whom, Act act);
  void carry_out(Act act, const http::Request& request, const store::SessionOwner& owner,
                 http::Responder responder);

  void sign_up(const Asked& asked, http::Responder responder);
  void sign_in(const Asked& asked, http::Responder responder);
  void sign_out(const Asked& asked, http::Responder responder);
  void change_password(const Asked& asked, http::Responder responder);
  void erase(const Asked& asked, http::Responder responder);
  void use_link(const Asked& asked, http::Responder responder);
  void get_me(const http::Request& request, http::Responder responder);
  void list_rooms(const http::Request& request, http::Responder responder);

  using WithOwner =
      std::move_only_function<void(store::SessionOwner owner, http::Responder responder)>;
  // For who is signed in; answers everybody else.
  void as_owner(const http::Request& request, http::Responder responder, WithOwner then);
  // Answers with the account, and has the browser keep its new session.
  Accounts::Answer welcome(const http::Request& request, http::Responder responder,
                           unsigned status);

  const Config& config_;
  Accounts& accounts_;
};

}  // namespace confab::access
