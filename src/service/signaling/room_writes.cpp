#include "service/signaling/room_writes.h"

#include <algorithm>
#include <utility>

namespace confab::signaling {
namespace {

// What is no fault of the write: the same may be kept later.
bool may_pass(ErrorCode error) {
  return error == ErrorCode::kUnavailable || error == ErrorCode::kFull ||
         error == ErrorCode::kTimeout;
}

}  // namespace

void RoomWrites::add(const std::string& code, std::string subject, Write write) {
  Room& room = rooms_[code];
  // The one on its way stays first; of the others the newer says all that the older did.
  const auto first = room.entries.begin() + (room.is_writing ? 1 : 0);
  const auto known = std::find_if(first, room.entries.end(),
                                  [&](const Entry& each) { return each.subject == subject; });
  if (known != room.entries.end()) {
    room.entries.erase(known);
    --waiting_;
  }
  if (waiting_ >= kRoomWritesMax || room.entries.size() >= kRoomWritesOfOneMax) {
    ++lost_;
    if (room.entries.empty()) rooms_.erase(code);
    return;
  }
  ++waiting_;
  room.entries.push_back({std::move(subject), std::move(write)});
  if (!room.is_writing && !room.has_failed) write_next(code);
}

void RoomWrites::when_kept(const std::string& code, Answer task) {
  const auto it = rooms_.find(code);
  if (it == rooms_.end()) return task({});
  it->second.readers.push_back(std::move(task));
  // What has failed may be possible by now: who reads must not wait for the pause.
  if (!it->second.is_writing) write_next(code);
}

void RoomWrites::drop(const std::string& code) {
  const auto it = rooms_.find(code);
  if (it == rooms_.end()) return;
  Room& room = it->second;
  const std::size_t on_its_way = room.is_writing ? 1 : 0;
  waiting_ -= room.entries.size() - on_its_way;
  room.entries.resize(on_its_way);
  if (room.is_writing) return;
  Room dropped = std::move(room);
  rooms_.erase(it);
  let_read(dropped, {});
}

void RoomWrites::write_next(const std::string& code) {
  Room& room = rooms_.at(code);
  room.is_writing = true;
  // Copied: the answer may come at once and change the list.
  const Write write = room.entries.front().write;
  write([this, code](const Result<void>& kept) { written(code, kept); });
}

void RoomWrites::written(const std::string& code, const Result<void>& kept) {
  Room& room = rooms_.at(code);
  room.is_writing = false;
  if (!kept && may_pass(kept.error().code)) {
    ++failed_;
    pause();
    if (!std::exchange(room.has_failed, true)) stalled_(code, true);
    return let_read(room, fail(ErrorCode::kUnavailable,
                               "what hosts decided in this room is not written down yet"));
  }
  if (!kept) ++refused_;
  room.entries.pop_front();
  --waiting_;
  if (!room.entries.empty()) return write_next(code);
  Room done = std::move(room);
  rooms_.erase(code);
  let_read(done, {});
  if (done.has_failed) stalled_(code, false);
}

void RoomWrites::let_read(Room& room, const Result<void>& kept) {
  for (Answer& task : std::exchange(room.readers, {})) task(kept);
}

void RoomWrites::pause() {
  if (std::exchange(is_pausing_, true)) return;
  pause_(kRoomWritePause, [this] {
    is_pausing_ = false;
    std::vector<std::string> again;
    for (const auto& [code, room] : rooms_) {
      if (room.has_failed && !room.is_writing) again.push_back(code);
    }
    for (const std::string& code : again) {
      if (rooms_.contains(code) && !rooms_.at(code).is_writing) write_next(code);
    }
  });
}

}  // namespace confab::signaling
