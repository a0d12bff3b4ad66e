// The people, places and words of a meeting, as plain values: what events, actions and replies are
// made of. Nothing here points at anything; everything refers by id, so that a meeting's owner and
// the node that holds a socket can be two processes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/trace_context.h"
#include "control/permits.h"
#include "rtc/ortc/types.h"

namespace confab::call {

// One socket, as numbered by the signaling node that holds it. A participant outlives its
// connections.
struct ConnectionId {
  // The node in the highest 16 bits, its count of sockets in the other 48: at a thousand sockets a
  // second they last for 9,000 years.
  static constexpr ConnectionId make(std::uint16_t node, std::uint64_t count) {
    return {(std::uint64_t{node} << 48) | (count & 0xffff'ffff'ffff)};
  }
  constexpr std::uint16_t node() const { return static_cast<std::uint16_t>(value >> 48); }

  std::uint64_t value = 0;
  auto operator<=>(const ConnectionId&) const = default;
};

// Pairs a reply with its request; unique per connection, chosen by who holds the socket.
using RequestNumber = std::uint64_t;

// Where an answer goes.
struct Origin {
  ConnectionId connection;
  RequestNumber request = 0;
  TraceContext trace = {};
};

enum class Role : std::uint8_t { kMember, kHost };

using Source = control::TrackSource;

// A participant as others name it. The alias is the socket id that clients of the compatibility
// events know one another by; empty for our own clients.
struct Who {
  ParticipantId id;
  std::string alias;
  std::string name;
};

struct ProducerInfo {
  ProducerId id;
  Source source = Source::kCamera;
  bool paused = false;
};

struct ParticipantInfo {
  Who who;
  Role role = Role::kMember;
  std::int64_t joined_at_ms = 0;
  std::optional<std::int64_t> hand_since_ms;
  bool is_connected = true;
  std::vector<ProducerInfo> producers;
};

struct TransportInfo {
  TransportId id;
  bool is_send = false;  // as the client sees it
};

struct ConsumerInfo {
  ConsumerId id;
  ProducerId producer;
  bool paused = true;
  bool producer_paused = false;
};

struct Speaker {
  ParticipantId participant;
  ProducerId producer;
  std::int8_t level_dbov = -127;
};

// What was said, with the names as they were then.
struct ChatMessage {
  MessageId id;
  Who from;
  std::optional<Who> to;  // nothing: to everyone
  std::string text;
  std::int64_t sent_at_ms = 0;
};

// The last resume token of a participant, or the end of it.
struct TokenIssue {
  ParticipantId participant;
  std::uint64_t generation = 0;
  std::string attempt;  // of the join that it answered, as the client named it; may be empty
};

// What can be asked of a room that the store knows.
struct Room {
  RoomId id;
  std::string code;
  std::vector<ChatMessage> chat;   // oldest first
  std::vector<TokenIssue> tokens;  // the last of each participant, oldest first
};

// What a resume token says about who holds it, after its signature was checked.
struct ResumeClaims {
  std::string room;
  ParticipantId participant;
  std::string name;
  Role role = Role::kMember;
  std::uint64_t generation = 0;  // which one it is
};

// Since the start.
struct Totals {
  std::uint64_t announcements_refused = 0;  // requests refused since too much was said already
  std::uint64_t states_merged = 0;          // changes that were told with a later one
};

struct Options {
  std::uint32_t participants_max = 500;
  // From one address (of IPv6: one /64): one machine's ghosts fill no room.
  std::uint32_t participants_per_address_max = 250;
  std::uint32_t meetings_max = 10'000;
  std::uint32_t producers_per_participant_max = limits::kProducersPerParticipant;
  std::uint32_t transports_per_participant_max = limits::kTransportsPerParticipant;
  // Of one participant. Once; again while a page sets itself up anew; and some older front ends ask
  // twice. Each is a copy of the stream to send, so nobody may ask for a thousand.
  std::uint32_t consumers_per_producer_max = 4;
  std::uint32_t chat_chars_max = 2000;
  std::uint32_t chat_history = 200;
  // A participant whose connection is lost stays this long for the others.
  Duration reconnect_grace = 30s;
  // One whose page is going away: long enough for the page that a reload loads in its place to say
  // that it is there (its first script does, before anything else is loaded), short enough that a
  // closed tab is seen to leave within two seconds.
  Duration page_grace = 1500ms;
  // The store and the media plane each answer sooner, or the request has failed.
  Duration answer_timeout = 10s;
  // After the media plane lost a meeting: between attempts to open it again, and how many.
  Duration reopen_interval = 1s;
  std::uint32_t reopen_attempts = 30;
};

}  // namespace confab::call

template <>
struct std::hash<confab::call::ConnectionId> {
  std::size_t operator()(const confab::call::ConnectionId& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
