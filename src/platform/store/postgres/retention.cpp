#include "platform/store/postgres/retention.h"

#include <string>
#include <utility>
#include <vector>

namespace confab::store::postgres {
namespace {

// Some tens of milliseconds of the server, for which nobody's join waits noticeably.
constexpr std::size_t kRowsPerStep = 500;
constexpr std::int64_t kDayMs = 86'400'000;

constexpr const char* kReadClock = "SELECT trusted_ms, unix_ms FROM retention_clock";
constexpr const char* kKeepClock =
    "INSERT INTO retention_clock (id, trusted_ms, unix_ms) VALUES (1, $1, $2)"
    " ON CONFLICT (id) DO UPDATE SET trusted_ms = excluded.trusted_ms, unix_ms = excluded.unix_ms";
constexpr const char* kTouchRooms =
    "UPDATE rooms SET used_at_ms = greatest(used_at_ms, $2::bigint) WHERE id = ANY ($1::text[])";
constexpr const char* kOldChat =
    "DELETE FROM chat WHERE seq IN"
    " (SELECT seq FROM chat WHERE sent_at_ms < $1::bigint ORDER BY seq LIMIT $2::bigint)";
constexpr const char* kOldAttendance =
    "DELETE FROM attendance WHERE seq IN (SELECT seq FROM attendance"
    " WHERE joined_at_ms < $1::bigint ORDER BY seq LIMIT $2::bigint)";
// A room was last used when somebody came, or when something was said in it. It goes when its chat
// has gone, so that a long history is not deleted in one step either.
constexpr const char* kChatOfOldRooms =
    "DELETE FROM chat WHERE seq IN (SELECT chat.seq FROM rooms JOIN chat ON chat.room = rooms.id"
    " WHERE rooms.used_at_ms < $1::bigint AND (SELECT sent_at_ms FROM chat AS last"
    " WHERE last.room = rooms.id ORDER BY last.seq DESC LIMIT 1) < $1::bigint"
    " ORDER BY chat.seq LIMIT $2::bigint)";
constexpr const char* kOldRooms =
    "DELETE FROM rooms WHERE id IN (SELECT id FROM rooms WHERE used_at_ms < $1::bigint"
    " AND NOT EXISTS (SELECT 1 FROM chat WHERE chat.room = rooms.id) LIMIT $2::bigint)";

// As PostgreSQL writes an array. An id holds nothing that would have to be quoted.
std::string array_of(const std::vector<RoomId>& rooms) {
  std::string out;
  for (const RoomId room : rooms) out += (out.empty() ? "" : ",") + room.to_string();
  return "{" + out + "}";
}

constexpr const char* kOldTokens =
    "DELETE FROM tokens WHERE participant IN"
    " (SELECT participant FROM tokens WHERE expires_at_ms < $1::bigint LIMIT $2::bigint)";

// No resume token lives as long as this (auth.resume_token_lifetime).
constexpr std::int64_t kSeatDays = 31;
constexpr const char* kOldSeats =
    "DELETE FROM people WHERE (room, subject) IN (SELECT room, subject FROM people"
    " WHERE at_ms < $1::bigint AND ban = '' AND subject LIKE 'p:%' LIMIT $2::bigint)";

}  // namespace

// One step of deleting. Held by the queries that it is made of, the last of which answers.
struct PostgresRetention::Round {
  Retention retention;
  ClockReading now;
  Answer<Purged> answer;
  Purged purged;
  std::optional<Error> error;
  std::size_t missing = 0;

  // Counts the rows of a query that deletes.
  void add(const Result<Rows>& rows, bool is_removal) {
    if (!rows) {
      error = rows.error();
    } else if (is_removal) {
      purged.rows += rows->changed();
      if (rows->changed() == kRowsPerStep) purged.is_more = true;
    }
    if (--missing > 0) return;
    if (error) return answer(fail(ErrorCode::kUnavailable, std::move(error->message)));
    answer(purged);
  }
};

void PostgresRetention::purge(Retention retention, ClockReading now, Answer<Purged> answer) {
  auto round = std::make_shared<Round>(
      Round{std::move(retention), now, std::move(answer), {}, std::nullopt, 0});
  if (clock_) return remove(round);
  connection_.run({"read_retention_clock", kReadClock, {}}, [this, round](Result<Rows> rows) {
    if (!rows) {
      round->missing = 1;
      return round->add(rows, false);
    }
    if (!clock_) {
      std::optional<RetentionClock::Kept> kept;
      if (rows->size() > 0) kept = {rows->integer(0, 0), rows->integer(0, 1)};
      clock_.emplace(kept);
    }
    remove(round);
  });
}

void PostgresRetention::remove(const std::shared_ptr<Round>& round) {
  clock_->read(round->now);
  round->purged.clock_disbelieved = clock_->disbelieved();
  const auto run = [&](Query query, bool is_removal) {
    ++round->missing;
    connection_.run(std::move(query), [round, is_removal](const Result<Rows>& rows) {
      round->add(rows, is_removal);
    });
  };
  const RetentionClock::Kept kept = *clock_->kept();
  run({"keep_retention_clock",
       kKeepClock,
       {std::to_string(kept.trusted_ms), std::to_string(kept.unix_ms)}},
      false);
  const std::string used = std::to_string(clock_->counts_from_ms(round->now.unix_ms));
  run({"touch_rooms", kTouchRooms, {array_of(round->retention.in_use), used}}, false);
  const auto remove_before = [&](const char* sql, std::int64_t before_ms) {
    run({"purge", sql, {std::to_string(before_ms), std::to_string(kRowsPerStep)}}, true);
  };
  const std::int64_t at_ms = *clock_->now_ms();
  const Retention& keep = round->retention;
  if (keep.chat_days > 0) remove_before(kOldChat, at_ms - keep.chat_days * kDayMs);
  if (const auto days = keep.attendance_days(); days > 0) {
    remove_before(kOldAttendance, at_ms - days * kDayMs);
  }
  if (keep.room_days > 0) remove_before(kChatOfOldRooms, at_ms - keep.room_days * kDayMs);
  if (keep.room_days > 0) remove_before(kOldRooms, at_ms - keep.room_days * kDayMs);
  remove_before(kOldTokens, at_ms);
  remove_before(kOldSeats, at_ms - kSeatDays * kDayMs);
}

}  // namespace confab::store::postgres
