// What outlives a process: rooms and what was said in them. Every call returns at once; the answer
// comes later, exactly once, on the thread that the implementation was given as its `post` (the
// signaling loop). Calls about one room are carried out in the order they were made, so a load sees
// every append before it; upkeep goes on beside. Errors are kUnavailable (or kConflict where named)
// with a message fit for a client; the database's own words go to the log.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "platform/store/access_store.h"
#include "platform/store/account_store.h"
#include "platform/store/retention_clock.h"
#include "platform/store/room_archive.h"
#include "platform/store/store_times.h"

namespace confab::store {

// What the people who lead a room may change.
struct RoomSettingsRecord {
  std::string title;
  bool has_lobby = false;
  bool is_locked = false;
  std::string password_hash;  // empty: none
  bool may_unmute = true;     // members
  bool may_share = true;
  bool may_chat = true;
  bool operator==(const RoomSettingsRecord&) const = default;
};

struct RoomRecord {
  RoomId id;
  std::string code;  // unique; case and hyphens already in order
  std::int64_t created_at_ms = 0;
  RoomSettingsRecord settings = {};
  std::string host_key_hash =
      {};                  // of the key that makes its owner; empty: made before there was one
  std::string owner = {};  // the identity that owns it; may be empty
};

// What a room remembers of somebody (call/register.h).
struct PersonRecord {
  RoomId room;
  std::string subject;
  std::optional<std::int64_t> role;  // as a number of call::Role
  bool is_out = false;
  std::string ban;  // the id of it; empty: none
  std::string name;
  std::int64_t at_ms = 0;
  std::string room_code;  // as in ChatRecord
};

struct ChatRecord {
  MessageId id;
  RoomId room;
  ParticipantId from;
  std::string from_name;  // as it was then
  std::optional<ParticipantId> to;
  std::string to_name;
  std::string text;
  std::int64_t sent_at_ms = 0;
  std::string room_code;  // the room's, for the order of calls; not kept
};

// A line of the chat to all, and where it stands: later is higher.
struct KeptLine {
  std::int64_t number = 0;
  ChatRecord line;
};

// Somebody who was in a meeting, from a join to the leaving after it.
struct AttendanceRecord {
  std::int64_t number = 0;  // later is higher
  std::string room_code;    // as in ChatRecord
  MeetingId meeting;
  ParticipantId participant;
  std::string name;  // the last one
  std::string role;
  std::int64_t joined_at_ms = 0;
  std::int64_t left_at_ms = 0;  // 0: not yet that the store knows; -1: nobody saw it
};
// Of a room, when a meeting in it begins: the newest.
inline constexpr std::size_t kAttendanceKept = 10'000;

// The last resume token that a participant was given; earlier ones are worth nothing.
struct TokenRecord {
  ParticipantId participant;
  RoomId room;
  std::uint64_t generation = 0;
  std::string attempt;
  std::int64_t expires_at_ms = 0;  // when no token of the participant is valid any more
  std::string room_code;           // as in ChatRecord
};

// How many of a room are loaded: the newest.
inline constexpr std::size_t kTokensLoaded = 4096;

// Of people: all that are banned, and the newest of the others.
inline constexpr std::size_t kPeopleLoaded = 8192;

struct LoadedRoom {
  RoomRecord room;
  std::vector<ChatRecord> chat;           // the last ones, oldest first
  std::vector<TokenRecord> tokens;        // those not expired, oldest first
  std::vector<PersonRecord> people = {};  // oldest first
};

// What may go: chat that was said, and rooms that were last used, so many days ago; 0 keeps all.
// Tokens go when they have expired, and what is remembered of a seat when no token of it can be
// good any more.
struct Retention {
  std::uint32_t chat_days = 0;
  std::uint32_t room_days = 0;
  std::vector<RoomId> in_use;  // somebody is in them now

  // Who was where is kept as long as what they said, and no longer than a room that nobody uses.
  std::uint32_t attendance_days() const {
    if (chat_days == 0 || room_days == 0) return std::max(chat_days, room_days);
    return std::min(chat_days, room_days);
  }
};

struct Purged {
  std::size_t rows = 0;
  bool is_more = false;  // ask again soon
  // The system's clock is this far ahead of what the store believes (RetentionClock): it has
  // jumped, or was right and the server switched off for long. Nothing is deleted for that part.
  Duration clock_disbelieved{};
};

struct StoreCounts {
  std::uint64_t chat_waiting = 0;  // lines for a database that is away, now
  std::uint64_t chat_lost = 0;     // lines that were heard, and that it would not take afterwards
};

// Hands a function to the thread that wants the answers. Called from the store's thread.
using Post = std::function<void(std::move_only_function<void()>)>;

// ---- one interface for each kind of record ----

class RoomStore {
 public:
  virtual ~RoomStore() = default;

  // kConflict when the code is taken.
  virtual void create_room(RoomRecord room, Answer<void> answer) = 0;
  virtual void find_room(std::string code, Answer<std::optional<RoomRecord>> answer) = 0;
  // Marks the room as used at `now_ms`, so that retention spares it.
  virtual void load_room(std::string code, std::size_t chat_max, std::int64_t now_ms,
                         Answer<std::optional<LoadedRoom>> answer) = 0;
  // Of a room that is there; of another it changes nothing.
  virtual void save_settings(std::string code, RoomSettingsRecord settings,
                             Answer<void> answer) = 0;
  // With all that is kept of it. True if there was one.
  virtual void delete_room(std::string code, Answer<bool> answer) = 0;
};

class PeopleStore {
 public:
  virtual ~PeopleStore() = default;

  // Takes the place of what was kept of the subject in the room.
  virtual void save_person(PersonRecord person, Answer<void> answer) = 0;
  virtual void drop_ban(std::string code, std::string ban, Answer<void> answer) = 0;
};

class ChatStore {
 public:
  virtual ~ChatStore() = default;

  // Answered when it is written. Where the database is away, as soon as there is a place for the
  // line in memory: calls and their chat go on. What of that can never be written is counted.
  virtual void append_chat(ChatRecord message, Answer<void> answer) = 0;
};

class TokenStore {
 public:
  virtual ~TokenStore() = default;

  // Takes the place of the participant's record before it.
  virtual void save_token(TokenRecord token, Answer<void> answer) = 0;
};

// What keeps a store going, whatever is in it.
class StoreUpkeep {
 public:
  virtual ~StoreUpkeep() = default;

  // Deletes some of what is too old.
  virtual void purge(Retention retention, ClockReading now, Answer<Purged> answer) = 0;
  // Writes about as much as the longest chat line takes: an error when the disk is full.
  virtual void check(Answer<void> answer) = 0;
  // Any thread.
  virtual StoreCounts counts() const = 0;
  virtual const StoreTimes& times() const = 0;
};

// All of it.
class Store : public RoomStore,
              public PeopleStore,
              public ChatStore,
              public TokenStore,
              public StoreUpkeep {
 public:
  virtual AccessStore& access() = 0;
  virtual RoomArchive& archive() = 0;
  virtual AccountStore& accounts() = 0;
};

}  // namespace confab::store
