// How one event looks on the wire: what the client sends becomes a call::Request, what `call`
// answers becomes an acknowledgement. Each event has a codec of its own (own/, compat/); both event
// sets share everything below it.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call/actions.h"
#include "call/events.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/ice_health/book.h"
#include "platform/json/json.h"
#include "web/socketio/server.h"

namespace confab::signaling {

// Who asks, as far as reading needs it.
struct ReadContext {
  const auth::TokenSigner& signer;
  std::int64_t now_ms = 0;
  std::string_view socket_id;  // as the client knows it
  bool is_joined = false;
  // fingerprint() of the identity that the connection's access token names; nothing: it has none.
  std::optional<std::string> granted_to = {};
};

// What answers are made of besides the answer itself.
struct WriteContext {
  const auth::TokenSigner& signer;
  const Config& config;
  const ice_health::Book& ice_servers;
  std::int64_t now_ms = 0;
  std::optional<std::string> granted_to = {};  // of who is answered; see ReadContext
};

// An answer as it goes out: the arguments of the acknowledgement, and events that belong to it.
struct Outgoing {
  std::string ack_args = "[]";
  std::vector<socketio::Emit> emits;
};

struct EventCodec {
  std::string_view name;
  // Faults go into the reader's status; what is returned then is not used.
  call::Request (*read)(const json::Reader& payload, const ReadContext& context);
  Outgoing (*write)(const call::ReplyBody& body, const WriteContext& context);
};

// One argument, as an acknowledgement's or an event's argument list.
std::string as_args(boost::json::object object);
Outgoing acknowledge_with(boost::json::object object);
// For results that say nothing: {}.
Outgoing acknowledge_done(const call::ReplyBody& body, const WriteContext& context);

std::string make_resume_token(const WriteContext& context, const std::string& room,
                              ParticipantId participant, const std::string& name,
                              std::uint64_t generation);

}  // namespace confab::signaling
