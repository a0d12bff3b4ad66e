// The state of one meeting: a tree of plain values with the look-ups its handlers need. It decides
// nothing and tells nobody.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "call/actions.h"
#include "call/chat_history.h"
#include "call/events.h"
#include "call/rate_limit.h"
#include "call/register.h"
#include "call/token_book.h"
#include "call/types.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/shared_capabilities.h"

namespace confab::call {

// 128 bits of chance in base64: who shows such an attempt made it.
inline constexpr std::size_t kAttemptCharsMin = 22;

struct Transport {
  bool is_send = false;
  bool is_connected = false;  // connect was asked for; may happen once
  // Which capabilities the media plane was told that its receiver has.
  std::optional<ortc::CapabilitiesHash> told_capabilities;
};

struct Producer {
  TransportId transport;
  Source source = Source::kCamera;
  bool paused = false;
};

struct Consumer {
  TransportId transport;
  ProducerId producer;
  bool paused = true;
};

// What the others have not been told of a participant yet (announce.h).
struct Unsaid {
  bool connection = false;
  bool profile = false;
  std::vector<ProducerId> paused;  // whose pause has changed

  bool is_empty() const { return !connection && !profile && paused.empty(); }
};

struct Participant {
  Who who;
  Role role = Role::kMember;
  Grant grant;
  Permits permits;
  std::string device;     // the browser it came from last, as a hash; may be empty
  bool is_owner = false;  // showed what makes the room theirs: the role can not be taken away
  // Muted by somebody else: a microphone that is made anew is made paused.
  bool stays_muted = false;
  // Where members may not unmute themselves: this one may, since it was asked to.
  bool was_asked_to_unmute = false;
  std::uint64_t order = 0;  // of joining, within the process
  std::int64_t joined_at_ms = 0;
  std::optional<std::int64_t> hand_since_ms;
  // The socket it speaks through; the last one while it is lost.
  ConnectionId connection;
  IpAddress from;  // peer_of() where it joined from
  // Of the join that seated it; see Join.
  std::string attempt;
  bool is_connected = true;
  std::uint64_t grace_timer = 0;
  // Changes whenever all media of the participant is dropped, so that an answer to what was asked
  // before that is recognised as late.
  std::uint64_t media_epoch = 0;
  // Asked for and not yet made; counted against the limits, or a burst could pass them.
  std::size_t transports_in_flight = 0;
  std::size_t producers_in_flight = 0;
  ortc::CapabilitiesPtr rtp_capabilities;  // null: not told yet
  ortc::CapabilitiesHash capabilities_hash = 0;
  std::unordered_map<TransportId, Transport> transports;
  std::unordered_map<ProducerId, Producer> producers;
  std::unordered_map<ConsumerId, Consumer> consumers;
  Unsaid unsaid;
  Instant states_next{};           // its states are not announced again before
  std::uint64_t states_timer = 0;  // runs while something is unsaid
  // The order in which producers came, for a stable list.
  std::vector<ProducerId> producer_order;

  ParticipantInfo info() const;
  ProducerInfo producer_info(ProducerId id) const;
};

enum class MeetingPhase : std::uint8_t {
  kLoading,  // the store was asked for the room
  kOpening,  // the media plane was asked for a router
  kOpen,
  kReopening,  // the media plane lost it; people are in it, media is not
};

// A producer as the meeting sees it: whose it is, and who consumes it.
struct Published {
  ParticipantId owner;
  std::unordered_map<ConsumerId, ParticipantId> consumers;
};

// A join that waits for the meeting to open.
struct WaitingJoin {
  Origin origin;
  Join join;
};

// One whose password is being looked at.
struct CheckingJoin {
  std::uint64_t number = 0;
  WaitingJoin waiting;
};

// Somebody who waits to be let in, or was let in and has not come yet.
struct LobbyPlace {
  Waiting who;
  std::string knock;        // what proves that it is the same person
  ConnectionId connection;  // the last one while it is lost
  IpAddress from;           // peer_of() where it knocked from
  bool is_connected = true;
  bool is_admitted = false;
  std::uint64_t timer = 0;  // until the place is given up
};

// Somebody who was not let in. Their page may not have heard it, and would knock again by itself.
struct DeniedKnock {
  std::string knock;
  Instant until;
};
inline constexpr Duration kDeniedFor = 30s;  // as long as the place of who is offline is kept

// A list for hosts and no load on anybody; one network can not take all of it.
inline constexpr std::size_t kLobbyMax = 100;
inline constexpr std::size_t kLobbyPerAddressMax = 10;
// A class that comes at the bell, and then one in a second: each is shown to every host.
inline constexpr Rate kKnockRate{20, 1};

struct Meeting {
  Meeting(Rate announcement_rate, Instant now)
      : announcements(announcement_rate, now), knocks(kKnockRate, now) {}

  std::string code;
  MeetingId id;
  RoomId room;
  MeetingPhase phase = MeetingPhase::kLoading;
  std::uint64_t timer = 0;  // for the store's answer, or until the next attempt to reopen
  std::uint32_t reopen_attempts = 0;
  std::int64_t since_ms = 0;
  std::string lost_reason;
  ortc::RtpCapabilities router_capabilities;
  std::vector<WaitingJoin> waiting;
  std::unordered_map<ParticipantId, std::unique_ptr<Participant>> participants;
  std::unordered_map<ProducerId, Published> published;
  std::unordered_map<TransportId, ParticipantId> transport_owners;
  ChatHistory chat;
  TokenBook tokens;
  std::vector<Speaker> speakers;
  TokenBucket announcements;  // what all in it together may say to all
  RoomSettings settings;
  // Told by others while the room is being loaded.
  std::optional<RoomSettings> changed_settings;
  std::string host_key_hash;
  std::string owner_identity;
  Register people;
  std::vector<CheckingJoin> checking;
  std::vector<LobbyPlace> lobby;    // oldest first
  std::vector<DeniedKnock> denied;  // oldest first, and no longer than they count
  std::optional<LobbyMessage> lobby_message;
  TokenBucket knocks;

  Participant* find(ParticipantId who);
  // By participant id or by alias.
  Participant* find_named(std::string_view text);
  // Who was seated by this attempt; nullptr for none, and for one that anybody might choose too.
  Participant* find_attempt(std::string_view attempt);
  // Everybody who is in it.
  std::vector<ParticipantId> everybody() const;
  // A line of the history.
  const ChatMessage* find_message(MessageId wanted) const;
  Participant* publisher_of(ProducerId producer);
  // Oldest first.
  std::vector<const Participant*> in_order() const;
  // Everybody's connection but one's; `except` may be null.
  std::vector<ConnectionId> connections_except(const Participant* except) const;
  // Of those who may let people in.
  std::vector<ConnectionId> leaders() const;
  bool is_used() const;
  LobbyPlace* find_place(WaitingId waiting);
  LobbyPlace* find_knock(std::string_view knock);
  // Who waits, for those who may let them in; nothing for others.
  std::optional<std::vector<Waiting>> lobby_for(const Participant& viewer) const;
  std::vector<Waiting> waiting_list() const;
  // What `viewer` may see.
  State state_for(const Participant& viewer) const;
  // Keeps both ends of a consumer in step.
  void add_consumer(Participant& owner, ConsumerId consumer, const Consumer& state);
  void remove_consumer(Participant& owner, ConsumerId consumer);
};

}  // namespace confab::call
