// The Socket.IO side: sockets become connections, events become requests, answers and notices go
// back in the words each client speaks. Loop thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "base/log.h"
#include "base/net.h"
#include "base/random.h"
#include "call/actions.h"
#include "call/address_rates.h"
#include "call/events.h"
#include "platform/auth/jwt.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/ice_health/book.h"
#include "service/signaling/account_seats.h"
#include "service/signaling/client_reports.h"
#include "service/signaling/dialects/codec.h"
#include "service/signaling/dialects/compat/producer_news.h"
#include "service/signaling/grants.h"
#include "service/signaling/join_book.h"
#include "service/socketio_http/socketio_http.h"

namespace confab::signaling {

// What clients of the compatibility set may ask before they have joined: kept and asked after it.
inline constexpr std::size_t kHeldRequestsMax = 16;
inline constexpr std::size_t kHeldBytesMax = 64 * 1024;
inline constexpr Duration kHeldFor = 15s;
// Rooms that are not there, asked for from one address. People mistype a code now and then; at one
// in a second, who guesses one of 26^10 needs four million years.
inline constexpr call::Rate kLookupRate{60, 1};

// Wrong tokens from one address, as those shown to REST: a client that has an old one, then one
// every two seconds. Each is an HMAC or a signature to check.
inline constexpr call::Rate kWrongTokenRate{30, 0.5};

// A look at the token of each socket for what is known of revocations: two look-ups in maps, so
// that 10,000 sockets are some milliseconds.
inline constexpr Duration kTokensEvery = 2s;

class Door {
 public:
  // Called for everything the meetings must hear; not from inside a call to the Door.
  using Listener = std::function<void(call::Event event)>;

  Door(const Config& config, http::EventLoop& loop, http::HttpServer& server,
       const auth::TokenSigner& signer, const ice_health::Book& ice_servers, Random& random,
       LogSink& log, Listener listener);

  // ---- what the meetings want done ----
  void perform(const call::Reply& reply);
  void perform(const call::Notify& notify);
  void perform(const call::Disconnect& disconnect);

  // The connection of a socket as its client names it, also of one that is lost and may come back.
  std::optional<call::ConnectionId> connection_of(socketio::SocketId socket) const;

  // Where it comes from; nothing for one that is gone.
  std::optional<IpAddress> address_of(call::ConnectionId connection) const;

  // Without it no token is taken.
  void set_token_check(TokenCheck check) { check_token_ = std::move(check); }
  // Who is in by a token is put out when it is revoked, and who is in by an account when its
  // session is over.
  void watch_tokens(TokenEnd has_ended);
  // Without it nobody is signed in.
  void set_account_check(AccountCheck check);

  // New connections are refused from now on.
  void close() { is_closing_ = true; }

  struct Counts {
    std::size_t sockets = 0;
    std::uint64_t requests = 0;
    std::uint64_t requests_refused = 0;
    std::uint64_t requests_unknown = 0;
    std::uint64_t sessions_refused = 0;
    std::uint64_t lookups_refused = 0;
    std::uint64_t tokens_refused = 0;  // connections and joins, for what their token says
    std::uint64_t tokens_ended = 0;    // of those who were put out for it
    std::uint64_t accounts_ended = 0;  // the same for sessions of accounts
  };
  Counts counts() const;
  const ClientReports& client_reports() const { return client_reports_; }
  const JoinBook& joins() const { return joins_; }

 private:
  enum class Dialect : std::uint8_t { kOwn, kCompatible };

  // By what a join asks, which is what its seat is there by if it comes to one. A join that comes
  // to nothing changes nothing of the seat that there is.
  struct Credentials {
    std::optional<SignedIn> account;
    std::optional<std::string> granted_to;  // see ReadContext
  };
  struct Pending {
    const EventCodec* codec = nullptr;
    std::optional<std::uint64_t> ack_id;
    std::optional<Credentials> join = {};  // of a join
  };
  struct Held {
    const EventCodec* codec = nullptr;
    std::string args_json;
    std::optional<std::uint64_t> ack_id;
  };
  struct Session {
    call::ConnectionId connection;
    socketio::SocketId socket;
    IpAddress from;
    TraceContext trace;  // of the HTTP request that opened it, if that had one
    Dialect dialect = Dialect::kOwn;
    std::string token;                      // that was shown and was good then; empty: none
    std::optional<auth::Claims> watched;    // what of it TokenEnd asks for, while it is good
    std::string account_session;            // what the browser shows who is signed in; empty: none
    std::uint64_t identifying = 0;          // the join whose account is being looked up
    std::optional<std::string> granted_to;  // of the token, or of who has the seat
    bool is_joined = false;
    std::string room;
    call::RequestNumber last_request = 0;
    std::unordered_map<call::RequestNumber, Pending> pending;
    std::vector<Held> held;
    std::size_t held_bytes = 0;
    Instant held_until = kNever;
    compat::ProducerNews news;
  };

  // ---- what Socket.IO reports ----
  void on(const socketio::ConnectRequest& event);
  void on(const socketio::Connected& event);
  void on(const socketio::EventReceived& event);
  void on(const socketio::Disconnected& event);
  void on(const socketio::Expired& event);
  // Nothing is sent that asks for one; the session layer's outputs do not come here.
  void on(const socketio::AckReceived&) {}
  void on(const socketio::SendToSession&) {}
  void on(const socketio::CloseSession&) {}
  void on(const socketio::TrustSession&) {}

  std::optional<Dialect> dialect_of(const socketio::ConnectRequest& event,
                                    const boost::json::object& auth);
  void refuse_token(const socketio::ConnectRequest& event, const Error& error,
                    std::string_view reason);
  // False: the socket was refused for it.
  bool take_token(const socketio::ConnectRequest& event, const boost::json::object& auth,
                  Session& session);
  Session* find(socketio::SocketId socket);
  void forget(socketio::SocketId socket);
  void submit(Session& session, const EventCodec& codec, const std::string& args_json,
              std::optional<std::uint64_t> ack_id);
  // Looks up whose session it is, and then carries out the join.
  void identify(Session& session, const EventCodec& codec, const std::string& args_json,
                std::optional<std::uint64_t> ack_id);
  // `account`: of who joins, where they are signed in.
  void carry_out(Session& session, const EventCodec& codec, const std::string& args_json,
                 std::optional<std::uint64_t> ack_id, std::optional<SignedIn> account = {});
  // What the token, or who is signed in, gives.
  std::optional<Error> take_credentials(const Session& session,
                                        const std::optional<SignedIn>& account, call::Join& join);
  TraceContext trace_of(const boost::json::value& argument, const Session& session);
  void hold(Session& session, const EventCodec& codec, const std::string& args_json,
            std::optional<std::uint64_t> ack_id);
  void refuse(const Session& session, const EventCodec* codec, std::optional<std::uint64_t> ack_id,
              const Error& error);
  void note_outcome(Session& session, const Pending& asked, const call::ReplyBody& body);
  void note_seat(Session& session, const Credentials& by);
  void tell(const Session& session, std::span<const call::Notice> notices);
  void wake_for_news(Instant due);
  // A join that never comes must not keep what waits for it.
  void drop_held();
  void look_at_credentials();
  void look_at_tokens();
  void look_at_accounts();
  void look_at_account(call::ConnectionId connection, const std::string& secret);
  WriteContext write_context(const Session& session, const Pending& asked) const;

  const Config& config_;
  const auth::TokenSigner& signer_;
  const ice_health::Book& ice_servers_;
  Random& random_;
  LogSink& log_;
  Listener listener_;
  TokenCheck check_token_;
  TokenEnd has_ended_;
  AccountCheck accounts_;
  AccountSeats account_seats_;
  std::uint64_t last_identified_ = 0;
  bool is_closing_ = false;
  std::uint64_t last_connection_ = 0;
  std::unordered_map<call::ConnectionId, Session> sessions_;
  std::unordered_map<socketio::SocketId, call::ConnectionId> by_socket_;
  Counts counts_;
  ClientReports client_reports_;
  JoinBook joins_;
  Instant news_due_ = kNever;  // of the session whose news have waited longest
  http::LoopTimer news_;
  http::LoopTimer held_;
  http::LoopTimer tokens_;
  call::AddressRates lookups_{kLookupRate};
  call::AddressRates wrong_tokens_{kWrongTokenRate};
  SocketIoHttp sockets_;  // last: it may report as soon as it is made
};

}  // namespace confab::signaling
