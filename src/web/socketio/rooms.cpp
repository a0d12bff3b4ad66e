#include "web/socketio/rooms.h"

namespace confab::socketio {

void Rooms::join(SocketId socket, std::string_view nsp, std::string_view room) {
  Key key{nsp, room};
  rooms_[key].insert(socket);
  joined_[socket].insert(std::move(key));
}

void Rooms::leave(SocketId socket, std::string_view nsp, std::string_view room) {
  const Key key{nsp, room};
  const auto joined = joined_.find(socket);
  if (joined == joined_.end() || joined->second.erase(key) == 0) return;
  const auto at = rooms_.find(key);
  at->second.erase(socket);
  if (at->second.empty()) rooms_.erase(at);
}

void Rooms::leave_all(SocketId socket) {
  const auto joined = joined_.find(socket);
  if (joined == joined_.end()) return;
  for (const Key& key : joined->second) {
    const auto at = rooms_.find(key);
    at->second.erase(socket);
    if (at->second.empty()) rooms_.erase(at);
  }
  joined_.erase(joined);
}

const Rooms::Members& Rooms::members(std::string_view nsp, std::string_view room) const {
  static const Members kNobody;
  const auto at = rooms_.find(Key{nsp, room});
  return at == rooms_.end() ? kNobody : at->second;
}

}  // namespace confab::socketio
