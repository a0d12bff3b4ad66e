// Rooms by REST: made, found, changed, deleted; and what hosts do in a meeting, by the same words
// as on the socket (the codecs of dialects/own read and write both). Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "base/random.h"
#include "call/actions.h"
#include "call/address_rates.h"
#include "call/events.h"
#include "platform/auth/password_worker.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/server.h"
#include "platform/ice_health/book.h"
#include "platform/metrics/exposition.h"
#include "platform/store/store.h"
#include "service/signaling/dialects/codec.h"
#include "service/signaling/grants.h"
#include "service/signaling/room_wanted.h"

namespace confab::signaling {

inline constexpr std::string_view kHostKeyPrefix = "h1.";

class RoomApi {
 public:
  // The meetings of this process.
  class Meetings {
   public:
    using Answer = std::move_only_function<void(Result<call::ReplyBody> result)>;
    virtual ~Meetings() = default;
    virtual std::size_t participants_in(std::string_view code) const = 0;
    virtual bool is_in(std::string_view code, MeetingId meeting, ParticipantId who) const = 0;
    // nullptr where there is no meeting; until the next event.
    virtual const call::RoomSettings* settings_in(std::string_view code) const = 0;
    // By somebody to whom the room belongs.
    virtual void operate(std::string code, call::Request request, Answer answer) = 0;
    virtual void hear(call::Event event) = 0;
    // When the store has what hosts decided in this room, or can not have it just now.
    virtual void when_kept(const std::string& code,
                           std::move_only_function<void(Result<void> kept)> task) = 0;
  };

  // Whether a request may do anything in this room, by something else than its host key; else why
  // not.
  using Authority =
      std::function<Result<void>(const http::Request& request, const store::RoomRecord& room)>;

  // Whether a request may make rooms, where not everybody may.
  using Makers = std::function<Result<void>(const http::Request& request)>;

  // Declares its routes on `server`. All references outlive it.
  RoomApi(const Config& config, http::HttpServer& server, store::Store& store,
          const auth::TokenSigner& signer, const ice_health::Book& ice_servers,
          auth::PasswordWorker& passwords, Random& random, LogSink& log, Meetings& meetings);

  void set_authority(Authority authority) { authority_ = std::move(authority); }
  void set_makers(Makers makers) { makers_ = std::move(makers); }
  // Finds the room of `:code` for whom it belongs to; everybody else is refused.
  using WithRoom = std::move_only_function<void(store::RoomRecord room, http::Responder responder)>;
  void find_own(const http::Request& request, http::Responder responder, WithRoom then);
  // Whether a request may know which rooms there are.
  using Listers = std::function<Result<void>(const http::Request& request)>;
  void set_listers(Listers listers) { listers_ = std::move(listers); }
  Result<void> may_list(const http::Request& request);
  // Answers, and counts what was wrong with the credential.
  void refuse(const Error& error, http::Responder responder);
  void set_account_check(AccountCheck check) { accounts_ = std::move(check); }
  // No more rooms are made until it is taken back.
  void set_closing(bool is_closing) { is_closing_ = is_closing; }
  void expose(metrics::Exposition& out) const;

 private:
  struct Operation;
  void declare_rooms(http::HttpServer& server);
  void declare(http::HttpServer& server, const Operation& operation);

  // With who is signed in; nothing for everybody else.
  using WithAccount =
      std::move_only_function<void(std::optional<SignedIn> who, http::Responder responder)>;
  void identify(const http::Request& request, http::Responder responder, WithAccount then);

  Result<void> may_make(const http::Request& request);
  void create(const http::Request& request, http::Responder responder);
  void create_as(std::string owner, const http::Request& request, http::Responder responder);
  void create_once(std::string owner, const http::Request& request, http::Responder responder);
  void try_to_create(store::RoomRecord room, std::size_t attempts_left, http::Responder responder);
  void get(const http::Request& request, http::Responder responder);
  void show(const http::Request& request, const store::RoomRecord& room, bool is_own,
            http::Responder responder) const;
  void change(const http::Request& request, http::Responder responder);
  struct Change {
    std::string code;
    RoomWanted wanted;  // with the hash of its password
    std::string if_match;
  };
  // Compares and changes in one turn of the loop, or of the store: of two changes of the same state
  // by If-Match one is refused.
  void apply(Change change, http::Responder responder);
  // The meeting has the room as it is now, and keeps it.
  void change_meeting(Change change, std::vector<call::Request> left, http::Responder responder);
  void save(Change change, std::size_t attempts_left, http::Responder responder);
  // By the If-Match of a request; empty: whatever it is.
  bool is_as_expected(std::string_view if_match, const store::RoomRecord& room) const;
  void remove(const http::Request& request, http::Responder responder);
  void list_people(const http::Request& request, http::Responder responder);
  void operate(const Operation& operation, const http::Request& request, http::Responder responder);

  // As the store has it when it has all that hosts decided.
  using WithRecord = store::Answer<std::optional<store::RoomRecord>>;
  void look_up(const std::string& code, WithRecord then);
  // Finds the room, or says that there is none.
  void find(const http::Request& request, http::Responder responder, WithRoom then);
  // Whether it belongs to who asks, by a key or token, or by who is signed in; else why not.
  using WithVerdict = std::move_only_function<void(Result<void> may, store::RoomRecord room,
                                                   http::Responder responder)>;
  void judge(const http::Request& request, store::RoomRecord room, http::Responder responder,
             WithVerdict then);
  Result<void> owns(const http::Request& request, const store::RoomRecord& room);
  // By something that has the form of a host key.
  Result<void> owns_by_key(std::string_view key, const IpAddress& from,
                           const store::RoomRecord& room);
  // Hashes the password that is wanted, if any.
  void hash(RoomWanted wanted, const IpAddress& from, http::Responder responder,
            std::move_only_function<void(RoomWanted wanted, http::Responder responder)> then);
  WriteContext write_context() const;
  // Rooms are rows on a disk: neither one address nor many together may fill it.
  bool may_create(const IpAddress& address);

  const Config& config_;
  http::HttpServer& server_;
  store::Store& store_;
  const auth::TokenSigner& signer_;
  const ice_health::Book& ice_servers_;
  auth::PasswordWorker& passwords_;
  Random& random_;
  LogSink& log_;
  Meetings& meetings_;
  Authority authority_;
  Makers makers_;
  Listers listers_;
  AccountCheck accounts_;
  bool is_closing_ = false;
  call::AddressRates creators_;
  call::AddressRates lookups_;
  call::AddressRates wrong_keys_;
  // What all may make together: those who have made many lately, and those who have not.
  call::TokenBucket many_makers_;
  call::TokenBucket few_makers_;
  std::uint64_t rooms_refused_ = 0;
  std::uint64_t lookups_refused_ = 0;
  std::uint64_t requests_unauthenticated_ = 0;
  std::uint64_t requests_forbidden_ = 0;
  std::uint64_t keys_refused_ = 0;
};

}  // namespace confab::signaling
