// Why a socket is in its namespace no more.
#pragma once

#include <cstdint>
#include <string_view>

#include "web/engineio/server.h"

namespace confab::socketio {

enum class DisconnectReason : std::uint8_t {
  kClientDisconnected,  // socket.disconnect() in the client
  kServerDisconnected,  // disconnect() here
  kTransportClosed,     // the connection ended
  kGoingAway,           // it ended because the client's page was closed or left
  kTransportError,
  kPingTimeout,
  kParseError,  // bytes that are not Socket.IO
  kReplaced,    // the same client came back on a new connection
};
// As the stock server calls it ("transport close", "ping timeout", ...).
std::string_view disconnect_reason_name(DisconnectReason reason);
// What the end of a connection means for the sockets on it.
DisconnectReason to_disconnect_reason(engineio::CloseReason reason);
// After which a client may just have lost its network (the stock server has the same list).
bool is_recoverable(DisconnectReason reason);

}  // namespace confab::socketio
