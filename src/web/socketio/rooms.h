// Which sockets are in which room of which namespace.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "web/socketio/server.h"

namespace confab::socketio {

class Rooms {
 public:
  using Members = std::set<SocketId>;  // ordered, so that the same run sends in the same order

  // The empty room is the namespace itself.
  void join(SocketId socket, std::string_view nsp, std::string_view room);
  void leave(SocketId socket, std::string_view nsp, std::string_view room);
  void leave_all(SocketId socket);
  const Members& members(std::string_view nsp, std::string_view room) const;

 private:
  using Key = std::pair<std::string, std::string>;
  std::map<Key, Members> rooms_;
  std::map<SocketId, std::set<Key>> joined_;
};

}  // namespace confab::socketio
