// What hosts decide about a room (settings, roles, bans), on its way to the store. The meeting has
// it at once and the host was told so, so a write that fails since the store is away is repeated
// until it is kept, in the order in which things were decided; one that the store refuses is
// counted and given up. Nothing reads or changes the room in the store before. Loop thread.
//
//   idle ──add──▶ writing ──kept or refused, none left──▶ idle
//                 ▲    └──away──▶ pausing ──2 s──▶ writing
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/instant.h"

namespace confab::signaling {

// In all rooms; some 300 bytes each. What comes behind them is not kept, and counted.
inline constexpr std::size_t kRoomWritesMax = 10'000;
// In one: the roles and bans of as many people as a meeting has (500), twice. With it no room, nor
// a few of them, use up what there is for all while the store is away.
inline constexpr std::size_t kRoomWritesOfOneMax = 1'000;
inline constexpr Duration kRoomWritePause = 2s;

class RoomWrites {
 public:
  using Answer = std::move_only_function<void(Result<void> kept)>;
  // May be called several times.
  using Write = std::function<void(Answer answer)>;
  // A room's decisions are not kept just now, or are again.
  using Stalled = std::function<void(const std::string& code, bool is_stalled)>;
  // Calls again after the pause.
  using Pause = std::function<void(Duration pause, std::function<void()> task)>;

  RoomWrites(Stalled stalled, Pause pause)
      : stalled_(std::move(stalled)), pause_(std::move(pause)) {}

  // `subject`: what it says something of, in this room: it takes the place of one that waits.
  void add(const std::string& code, std::string subject, Write write);
  // When the room's decisions are kept (kUnavailable: can not be just now); at once where none
  // waits.
  void when_kept(const std::string& code, Answer task);
  // The room is no more.
  void drop(const std::string& code);

  std::size_t waiting() const { return waiting_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t lost() const { return lost_; }        // for want of a place
  std::uint64_t refused() const { return refused_; }  // by the store, for good

 private:
  struct Entry {
    std::string subject;
    Write write;
  };
  struct Room {
    std::deque<Entry> entries;
    std::vector<Answer> readers;
    bool is_writing = false;
    bool has_failed = false;
  };

  void write_next(const std::string& code);
  void written(const std::string& code, const Result<void>& kept);
  static void let_read(Room& room, const Result<void>& kept);
  void pause();

  Stalled stalled_;
  Pause pause_;
  std::unordered_map<std::string, Room> rooms_;
  std::size_t waiting_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t refused_ = 0;
  bool is_pausing_ = false;
};

}  // namespace confab::signaling
