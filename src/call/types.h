// The people, places and words of a meeting, as plain values: what events, actions and replies are
// made of. Nothing here points at anything; everything refers by id, so that a meeting's owner and
// the node that holds a socket can be two processes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

// In the order of what they may do (rights.h). The truth about it stands in the meeting and in the
// room's register, never in what a client holds.
enum class Role : std::uint8_t { kViewer, kMember, kCohost, kHost };

// As it stands on the wire and in logs. A member is the participant of other systems.
constexpr std::string_view role_name(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kMember:
      return "member";
    case Role::kCohost:
      return "cohost";
    case Role::kHost:
      return "host";
  }
  return "";
}

using Source = control::TrackSource;

// Somebody who waits to be let in; a ban.
using WaitingId = Id<struct WaitingTag>;
using BanId = Id<struct BanTag>;
struct WaitingTag {
  static constexpr std::string_view kPrefix = "wt";
};
struct BanTag {
  static constexpr std::string_view kPrefix = "bn";
};

// A participant as others name it. The alias is the socket id that clients of the compatibility
// events know one another by; empty for our own clients.
struct Who {
  ParticipantId id;
  std::string alias;
  std::string name;
};

// What a verified token lets its holder do. Who checks signatures fills it in; the room and the
// meeting may have another mind about the role.
struct Grant {
  std::string identity;      // whom it was made out to; may be empty
  std::string room;          // the only one it is good for; empty: any
  std::optional<Role> role;  // nothing: what the room gives
  bool is_room_admin = false;
  bool bypasses_lobby = false;
  std::optional<std::uint8_t> sources;  // as control::Permits has them; nothing: what the role has
  bool can_subscribe = true;
  std::optional<bool> can_publish_data;  // chat, hand, name; nothing: what the role has
  bool is_hidden = false;                // the others are not shown it, and it sends nothing
};

// What a participant may do now, by role, grant and room together.
struct Permits {
  control::Permits media;  // the media plane is told this part
  bool unmute = true;      // or only once it was asked to
  bool chat = true;        // else private lines to hosts and cohosts
  bool operator==(const Permits&) const = default;
};

// What members may do; hosts and cohosts always may.
struct RoomPermissions {
  bool unmute = true;
  bool share = true;
  bool chat = true;
  bool operator==(const RoomPermissions&) const = default;
};

struct RoomSettings {
  std::string title;
  bool has_lobby = false;
  bool is_locked = false;
  std::string password_hash;  // empty: none
  RoomPermissions permissions;
  bool operator==(const RoomSettings&) const = default;
};

struct Waiting {
  WaitingId id;
  std::string name;
  std::int64_t since_ms = 0;
};

struct LobbyMessage {
  std::string text;
  std::optional<Who> from;  // nothing: not said by somebody in the meeting
  std::int64_t sent_at_ms = 0;
};

struct Ban {
  BanId id;
  std::string name;  // of who was banned, as it was then
  std::int64_t at_ms = 0;
};

// What a room remembers of somebody: by seat ("p:"), browser ("d:") or identity ("s:").
struct RegisterEntry {
  std::string subject;
  std::optional<Role> role;  // as a host gave it, or as they had it when they were last here
  bool is_out = false;       // removed, or banned
  BanId ban;                 // unset: removed from one meeting, by seat alone
  std::string name;
  std::int64_t at_ms = 0;
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
  RoomSettings settings = {};
  std::string host_key_hash = {};          // of the key that makes its owner; empty: none is known
  std::string owner = {};                  // the identity that owns it; may be empty
  std::vector<RegisterEntry> people = {};  // oldest first
};

// What a resume token says about who holds it, after its signature was checked. Of their role it
// says nothing: that stands in the room.
struct ResumeClaims {
  std::string room;
  ParticipantId participant;
  std::string name;
  std::uint64_t generation = 0;  // which one it is
};

// Since the start.
struct Totals {
  std::uint64_t announcements_refused = 0;  // requests refused since too much was said already
  std::uint64_t states_merged = 0;          // changes that were told with a later one
  std::uint64_t requests_forbidden = 0;     // by the table of rights, or by permits
  std::uint64_t knocks_refused = 0;         // too many knocked at once
  std::uint64_t passwords_refused = 0;      // not looked at: too many wrong ones before
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
