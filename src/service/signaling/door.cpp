#include "service/signaling/door.h"

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <span>
#include <utility>

#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"
#include "platform/version/version.h"
#include "service/protocol/protocol.h"
#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/own/own.h"
#include "service/signaling/grants.h"

namespace confab::signaling {
namespace {

bool is_join(const EventCodec* codec) {
  return codec == &own::kJoin || codec == &compat::kJoinRoom;
}

engineio::Config engine_config(const Config& config) {
  engineio::Config out;
  out.node = config.node;
  out.ping_interval = config.socketio.ping_interval;
  out.ping_timeout = config.socketio.ping_timeout;
  out.upgrade_timeout = config.socketio.upgrade_timeout;
  out.payload_bytes_max = config.socketio.payload_bytes_max;
  out.sessions_max = config.http.connections_max;
  out.sessions_per_address_max = config.http.connections_per_address_max;
  return out;
}

socketio::Config socket_config(const Config& config) {
  socketio::Config out;
  out.connect_timeout = config.socketio.connect_timeout;
  // A socket that comes back after its participant has left would be nobody.
  out.recovery_window = std::min(config.socketio.recovery_window, config.call.reconnect_grace);
  // Some builds of older front ends connect to a namespace of this name.
  out.namespaces = {{"/", "/"}, {"/socket.io", "/"}};
  return out;
}

// The one argument of an event; {} if there is none.
Result<boost::json::value> first_argument(const std::string& args_json) {
  auto args = json::parse(args_json);
  if (!args) return args;
  auto* array = args->if_array();
  if (array == nullptr || array->empty()) return boost::json::object{};
  return std::move((*array)[0]);
}

}  // namespace

Door::Door(const Config& config, http::EventLoop& loop, http::HttpServer& server,
           const auth::TokenSigner& signer, const ice_health::Book& ice_servers, Random& random,
           LogSink& log, Listener listener)
    : config_(config),
      signer_(signer),
      ice_servers_(ice_servers),
      random_(random),
      log_(log),
      listener_(std::move(listener)),
      news_(loop),
      held_(loop),
      tokens_(loop),
      sockets_(loop, server, "/socket.io/", engine_config(config), socket_config(config), random,
               [this](Instant, const socketio::Output& output) {
                 std::visit([this](const auto& event) { on(event); }, output);
               }) {
  // By which tests know that they have seen all of it.
  const auto list = [&](std::string_view dialect, std::span<const EventCodec* const> events) {
    for (const EventCodec* each : events) {
      log_.write(LogLevel::kDebug, "signaling.event", {{"dialect", dialect}, {"name", each->name}});
    }
  };
  list("own", own::events());
  list("compatible", compat::events());
}

Door::Session* Door::find(socketio::SocketId socket) {
  const auto it = by_socket_.find(socket);
  return it == by_socket_.end() ? nullptr : &sessions_.at(it->second);
}

std::optional<call::ConnectionId> Door::connection_of(socketio::SocketId socket) const {
  const auto it = by_socket_.find(socket);
  return it == by_socket_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<IpAddress> Door::address_of(call::ConnectionId connection) const {
  const auto it = sessions_.find(connection);
  return it == sessions_.end() ? std::nullopt : std::optional(it->second.from);
}

void Door::forget(socketio::SocketId socket) {
  const auto node = by_socket_.extract(socket);
  if (node.empty()) return;
  account_seats_.leave(node.mapped());
  sessions_.erase(node.mapped());
}

WriteContext Door::write_context(const Session& session, const Pending& asked) const {
  return {signer_, config_, ice_servers_, wall_unix_ms(),
          asked.join ? asked.join->granted_to : session.granted_to};
}

// ---- connections ----

// Which event set a client speaks; nothing after it was refused.
std::optional<Door::Dialect> Door::dialect_of(const socketio::ConnectRequest& event,
                                              const boost::json::object& auth) {
  const auto refuse_unsupported = [&](std::string_view why) {
    const boost::json::object data{
        {"error", {{"code", error_code_name(ErrorCode::kUnsupported)}, {"message", why}}},
        {"protocol", protocol::kVersion},
        {"build", build_id()}};
    sockets_.refuse(event.socket, why, json::serialize(data));
    return std::nullopt;
  };
  const auto* protocol = auth.if_contains("protocol");
  if (protocol == nullptr) {
    if (config_.call.compatibility) return Dialect::kCompatible;
    return refuse_unsupported("this server speaks only with clients of its own protocol");
  }
  if (*protocol == protocol::kVersion) return Dialect::kOwn;
  return refuse_unsupported("this server speaks another version of the protocol; reload");
}

void Door::refuse_token(const socketio::ConnectRequest& event, const Error& error,
                        std::string_view reason) {
  ++counts_.tokens_refused;
  joins_.refused(error, wall_unix_ms());
  const boost::json::object data{
      {"error",
       {{"code", error_code_name(error.code)}, {"message", error.message}, {"reason", reason}}}};
  sockets_.refuse(event.socket, error.message, json::serialize(data));
}

void Door::on(const socketio::ConnectRequest& event) {
  if (is_closing_) {
    sockets_.refuse(event.socket, "the server is restarting");
    return;
  }
  const auto parsed = json::parse(event.auth_json);
  const boost::json::object none;
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const boost::json::object& auth = object != nullptr ? *object : none;
  const auto dialect = dialect_of(event, auth);
  if (!dialect) return;
  Session session;
  const Opener opener = sockets_.opener(event.session);
  session.from = opener.remote.address;
  session.account_session = opener.note;
  if (!take_token(event, auth, session)) return;
  session.connection = call::ConnectionId::make(config_.node, ++last_connection_);
  session.socket = event.socket;
  session.trace = opener.trace;
  session.dialect = *dialect;
  by_socket_[event.socket] = session.connection;
  sessions_.emplace(session.connection, std::move(session));
  sockets_.accept(event.socket);
}

void Door::on(const socketio::Connected& event) {
  Session* session = find(event.socket);
  if (session == nullptr) return;
  const Opener opener = sockets_.opener(event.session);
  session->from = opener.remote.address;
  session->trace = opener.trace;
  session->account_session = opener.note;
  if (event.is_recovered) listener_(call::ConnectionRecovered{session->connection});
  if (session->dialect == Dialect::kOwn) {
    sockets_.emit(event.socket, own::welcome(wall_unix_ms()));
  }
}

void Door::on(const socketio::Disconnected& event) {
  Session* session = find(event.socket);
  if (session == nullptr) return;
  // A join of theirs would seat somebody who is not there; who comes back asks again.
  session->identifying = 0;
  const call::ConnectionId connection = session->connection;
  // Front ends of the reference system leave by leaving their page, and say nothing else. Our own
  // page says so itself (`leave`); for it this may be a reload.
  const bool has_left_page = session->dialect == Dialect::kCompatible &&
                             event.reason == socketio::DisconnectReason::kGoingAway;
  log_.write(LogLevel::kDebug, "socket_closed",
             {{"reason", socketio::disconnect_reason_name(event.reason)},
              {"recoverable", event.is_recoverable}});
  if (!event.is_recoverable || has_left_page) forget(event.socket);
  if (has_left_page) sockets_.disconnect(event.socket, false);
  const bool is_meant = has_left_page ||
                        event.reason == socketio::DisconnectReason::kClientDisconnected ||
                        event.reason == socketio::DisconnectReason::kServerDisconnected;
  if (is_meant) {
    listener_(call::ConnectionClosed{connection});
  } else {
    listener_(call::ConnectionLost{connection});
  }
}

void Door::on(const socketio::Expired& event) {
  forget(event.socket);
}

// ---- requests ----

void Door::on(const socketio::EventReceived& event) {
  Session* session = find(event.socket);
  if (session == nullptr) return;
  const bool is_own = session->dialect == Dialect::kOwn;
  const EventCodec* codec = is_own ? own::find(event.name) : compat::find(event.name);
  if (codec == nullptr) {
    ++counts_.requests_unknown;
    refuse(*session, nullptr, event.ack_id,
           {ErrorCode::kInvalidArgument, "there is no such event"});
    return;
  }
  const bool must_wait = !is_own && !session->is_joined && codec != &compat::kJoinRoom;
  if (must_wait) {
    hold(*session, *codec, event.args_json, event.ack_id);
  } else {
    submit(*session, *codec, event.args_json, event.ack_id);
  }
}

void Door::submit(Session& session, const EventCodec& codec, const std::string& args_json,
                  std::optional<std::uint64_t> ack_id) {
  ++counts_.requests;
  const bool is_join = &codec == &own::kJoin || &codec == &compat::kJoinRoom;
  // What is asked while that is looked up would overtake it.
  if (session.identifying != 0) {
    return refuse(session, &codec, ack_id,
                  {ErrorCode::kConflict, "a join is being carried out; wait for its answer"});
  }
  // A token is shown on purpose, so it goes before what the browser shows by itself.
  if (is_join && session.token.empty() && !session.account_session.empty() && accounts_.find) {
    return identify(session, codec, args_json, ack_id);
  }
  carry_out(session, codec, args_json, ack_id);
}

void Door::carry_out(Session& session, const EventCodec& codec, const std::string& args_json,
                     std::optional<std::uint64_t> ack_id, std::optional<SignedIn> account) {
  const auto argument = first_argument(args_json);
  if (!argument) return refuse(session, &codec, ack_id, argument.error());
  json::ReadStatus status;
  const json::Reader reader(*argument, status);
  const std::string socket_id = session.socket.to_string();
  auto granted_to = session.token.empty() ? std::nullopt : session.granted_to;
  if (account) granted_to = auth::fingerprint(account->identity);
  const ReadContext context{signer_, wall_unix_ms(), socket_id, session.is_joined, granted_to};
  call::Request request = codec.read(reader, context);
  if (!status.ok()) return refuse(session, &codec, ack_id, status.error());
  auto* join = std::get_if<call::Join>(&request);
  if (join != nullptr) {
    if (!lookups_.has_some(session.from, monotonic_now())) {
      ++counts_.lookups_refused;
      return refuse(session, &codec, ack_id,
                    {ErrorCode::kRateLimited, "too many rooms that are not there; wait a minute"});
    }
    join->from = session.from;
    if (const auto error = take_credentials(session, account, *join)) {
      ++counts_.tokens_refused;
      return refuse(session, &codec, ack_id, *error);
    }
  }
  const call::RequestNumber number = ++session.last_request;
  Pending& asked = session.pending.emplace(number, Pending{&codec, ack_id}).first->second;
  if (join != nullptr) asked.join = Credentials{std::move(account), std::move(granted_to)};
  listener_(call::ClientRequest{{session.connection, number, trace_of(*argument, session)},
                                std::move(request)});
}

// The request's own; else that of what opened its session (a gateway says one for each); else one
// begins here.
TraceContext Door::trace_of(const boost::json::value& argument, const Session& session) {
  const auto* object = argument.if_object();
  const auto* field = object == nullptr ? nullptr : object->if_contains("traceparent");
  const auto* text = field == nullptr ? nullptr : field->if_string();
  const auto said = text == nullptr ? std::nullopt : TraceContext::parse(*text);
  if (said) return said->sent_on(random_);
  return session.trace.is_set() ? session.trace.sent_on(random_) : TraceContext::begin(random_);
}

void Door::hold(Session& session, const EventCodec& codec, const std::string& args_json,
                std::optional<std::uint64_t> ack_id) {
  if (&codec == &compat::kLeaveRoom) {
    // There is nothing to leave.
    if (ack_id) sockets_.acknowledge(session.socket, *ack_id, "[{}]");
    return;
  }
  if (session.held.size() >= kHeldRequestsMax ||
      session.held_bytes + args_json.size() > kHeldBytesMax) {
    return refuse(session, &codec, ack_id,
                  {ErrorCode::kConflict, "too many requests before joinRoom"});
  }
  if (session.held.empty()) {
    session.held_until = monotonic_now() + kHeldFor;
    drop_held();
  }
  session.held_bytes += args_json.size();
  session.held.push_back({&codec, args_json, ack_id});
}

void Door::refuse(const Session& session, const EventCodec* codec,
                  std::optional<std::uint64_t> ack_id, const Error& error) {
  ++counts_.requests_refused;
  if (codec == &own::kClientReport) client_reports_.drop(error.code);
  if (is_join(codec)) joins_.refused(error, wall_unix_ms());
  if (!ack_id) return;
  sockets_.acknowledge(
      session.socket, *ack_id,
      session.dialect == Dialect::kOwn ? own::refusal(error) : compat::refusal(codec, error));
}

// ---- answers and notices ----

void Door::perform(const call::Reply& reply) {
  const auto it = sessions_.find(reply.origin.connection);
  if (it == sessions_.end()) return;
  Session& session = it->second;
  const auto node = session.pending.extract(reply.origin.request);
  if (node.empty()) return;
  const Pending& asked = node.mapped();
  if (asked.join && !reply.result && reply.result.error().code == ErrorCode::kNotFound) {
    lookups_.take(session.from, monotonic_now());
  }
  if (!reply.result) return refuse(session, asked.codec, asked.ack_id, reply.result.error());
  if (const auto* taken = std::get_if<call::ReportTaken>(&*reply.result)) {
    client_reports_.take(taken->report);
  }
  const Outgoing out = asked.codec->write(*reply.result, write_context(session, asked));
  if (asked.ack_id) sockets_.acknowledge(session.socket, *asked.ack_id, out.ack_args);
  for (const socketio::Emit& emit : out.emits) sockets_.emit(session.socket, emit);
  note_outcome(session, asked, *reply.result);
}

void Door::note_outcome(Session& session, const Pending& asked, const call::ReplyBody& body) {
  if (asked.codec == &compat::kLeaveRoom || asked.codec == &own::kLeave) {
    session.is_joined = false;
    account_seats_.leave(session.connection);
    return;
  }
  if (asked.codec == &compat::kGetProducers) {
    tell(session, session.news.on_asked());
    return;
  }
  if (asked.join) note_seat(session, *asked.join);
  if (std::holds_alternative<call::InLobby>(body)) joins_.sent_to_lobby();
  const auto* joined = std::get_if<call::JoinedMeeting>(&body);
  if (joined == nullptr) return;
  joins_.let_in();
  session.is_joined = true;
  sockets_.trust(session.socket);
  session.news = {};
  session.room = joined->state.room;
  session.held_bytes = 0;
  session.held_until = kNever;
  for (const Held& held : std::exchange(session.held, {})) {
    submit(session, *held.codec, held.args_json, held.ack_id);
  }
}

void Door::perform(const call::Notify& notify) {
  const auto share = [](std::optional<socketio::Emit> event) {
    return event ? std::make_shared<const socketio::Emit>(std::move(*event)) : nullptr;
  };
  std::shared_ptr<const socketio::Emit> own_event;
  std::shared_ptr<const socketio::Emit> compatible_event;
  for (const call::ConnectionId connection : notify.to) {
    const auto it = sessions_.find(connection);
    if (it == sessions_.end()) continue;
    Session& session = it->second;
    if (session.dialect == Dialect::kOwn) {
      if (!own_event) own_event = share(own::write_notice(notify.notice));
      sockets_.emit(session.socket, own_event);
      continue;
    }
    if (session.news.keep(monotonic_now(), notify.notice)) {
      if (session.news.due() < news_due_) wake_for_news(session.news.due());
      continue;
    }
    if (!compatible_event) {
      compatible_event = share(compat::write_notice(notify.notice, session.room));
    }
    if (compatible_event) sockets_.emit(session.socket, compatible_event);
  }
}

void Door::tell(const Session& session, std::span<const call::Notice> notices) {
  for (const call::Notice& notice : notices) {
    const auto event = compat::write_notice(notice, session.room);
    if (event) sockets_.emit(session.socket, *event);
  }
}

void Door::wake_for_news(Instant due) {
  news_due_ = due;
  news_.set(due, [this] {
    const Instant now = monotonic_now();
    Instant next = kNever;
    for (auto& [connection, session] : sessions_) {
      if (session.news.due() <= now) tell(session, session.news.release());
      next = std::min(next, session.news.due());
    }
    wake_for_news(next);
  });
}

void Door::drop_held() {
  const Instant now = monotonic_now();
  Instant next = kNever;
  for (auto& [connection, session] : sessions_) {
    if (session.held_until <= now) {
      session.held_until = kNever;
      session.held_bytes = 0;
      for (const Held& held : std::exchange(session.held, {})) {
        refuse(session, held.codec, held.ack_id, {ErrorCode::kConflict, "joinRoom did not come"});
      }
    }
    next = std::min(next, session.held_until);
  }
  held_.set(next, [this] { drop_held(); });
}

void Door::perform(const call::Disconnect& disconnect) {
  const auto it = sessions_.find(disconnect.connection);
  if (it != sessions_.end()) sockets_.disconnect(it->second.socket, true);
}

Door::Counts Door::counts() const {
  Counts out = counts_;
  out.sockets = sockets_.socket_count();
  out.sessions_refused = sockets_.refused_by_share();
  return out;
}

}  // namespace confab::signaling
