#include "web/socketio/disconnect_reason.h"

namespace confab::socketio {

std::string_view disconnect_reason_name(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::kClientDisconnected:
      return "client namespace disconnect";
    case DisconnectReason::kServerDisconnected:
      return "server namespace disconnect";
    case DisconnectReason::kTransportClosed:
      return "transport close";
    case DisconnectReason::kGoingAway:
      return "going away";
    case DisconnectReason::kTransportError:
      return "transport error";
    case DisconnectReason::kPingTimeout:
      return "ping timeout";
    case DisconnectReason::kParseError:
      return "parse error";
    case DisconnectReason::kReplaced:
      return "replaced";
  }
  return {};
}

DisconnectReason to_disconnect_reason(engineio::CloseReason reason) {
  switch (reason) {
    case engineio::CloseReason::kClientGoingAway:
      return DisconnectReason::kGoingAway;
    case engineio::CloseReason::kClientClosed:
    case engineio::CloseReason::kTransportClosed:
      return DisconnectReason::kTransportClosed;
    case engineio::CloseReason::kServerClosed:
      return DisconnectReason::kServerDisconnected;
    case engineio::CloseReason::kPingTimeout:
      return DisconnectReason::kPingTimeout;
    case engineio::CloseReason::kParseError:
      return DisconnectReason::kParseError;
    case engineio::CloseReason::kTransportError:
    case engineio::CloseReason::kBufferFull:
      return DisconnectReason::kTransportError;
  }
  return DisconnectReason::kTransportError;
}

bool is_recoverable(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::kTransportClosed:
    case DisconnectReason::kGoingAway:
    case DisconnectReason::kTransportError:
    case DisconnectReason::kPingTimeout:
      return true;
    case DisconnectReason::kClientDisconnected:
    case DisconnectReason::kServerDisconnected:
    case DisconnectReason::kParseError:
    case DisconnectReason::kReplaced:
      return false;
  }
  return false;
}

}  // namespace confab::socketio
