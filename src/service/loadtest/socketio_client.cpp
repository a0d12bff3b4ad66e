#include "service/loadtest/socketio_client.h"

#include <boost/json.hpp>
#include <utility>

#include "platform/json/json.h"
#include "web/engineio/packet.h"
#include "web/socketio/packet.h"

namespace confab::loadtest {
namespace {

constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;
constexpr std::string_view kPath = "/socket.io/?EIO=4&transport=websocket";

std::string frame(engineio::PacketType type, std::string data) {
  return engineio::encode_packet({.type = type, .is_binary = false, .data = std::move(data)});
}

// [ result ] or [ { error: { code, message } } ].
Result<boost::json::value> read_answer(const std::string& args_json) {
  auto parsed = json::parse(args_json, kAnswerBytesMax);
  if (!parsed) return std::unexpected(parsed.error());
  boost::json::array* const args = parsed->if_array();
  if (args == nullptr || args->empty()) return boost::json::value(boost::json::object{});
  json::ReadStatus status;
  const json::Reader root(args->front(), status, "answer");
  if (const json::Reader error = root["error"]; error.present()) {
    const std::string code(error["code"].string(64));
    const std::string message(error["message"].string(1000));
    return fail(ErrorCode::kInternal, code + ": " + message);
  }
  if (!status.ok()) return std::unexpected(status.error());
  return std::move(args->front());
}

}  // namespace

struct SocketIoClient::Core {
  Handlers handlers;
  std::string auth;
  std::shared_ptr<http::ClientWebSocket> socket;
  std::unordered_map<std::uint64_t, Answer> waiting;
  std::uint64_t last_id = 0;

  void send_packet(const socketio::Packet& packet) {
    socket->send(frame(engineio::PacketType::kMessage, socketio::encode_packet(packet)));
  }
  void take_text(const std::string& text);
  void take_packet(socketio::Packet packet);
  void end(std::string_view why);
};

void SocketIoClient::Core::take_text(const std::string& text) {
  if (!socket) return;
  auto packet = engineio::decode_packet(text, false);
  if (!packet) return end("the server sent what is no Engine.IO packet");
  switch (packet->type) {
    case engineio::PacketType::kOpen:
      return send_packet({.type = socketio::PacketType::kConnect, .json = auth, .name = {}});
    case engineio::PacketType::kPing:
      return socket->send(frame(engineio::PacketType::kPong, std::move(packet->data)));
    case engineio::PacketType::kMessage:
      if (auto decoded = socketio::decode_packet(packet->data)) {
        return take_packet(*std::move(decoded));
      }
      return end("the server sent what is no Socket.IO packet");
    case engineio::PacketType::kClose:
      return end("closed by the server");
    case engineio::PacketType::kPong:
    case engineio::PacketType::kUpgrade:
    case engineio::PacketType::kNoop:
      return;
  }
}

void SocketIoClient::Core::take_packet(socketio::Packet packet) {
  switch (packet.type) {
    case socketio::PacketType::kConnect:
      return handlers.on_connected();
    case socketio::PacketType::kEvent:
      return handlers.on_event(packet.name, packet.json);
    case socketio::PacketType::kAck: {
      if (!packet.ack_id) return;
      auto found = waiting.extract(*packet.ack_id);
      if (!found.empty()) found.mapped()(read_answer(packet.json));
      return;
    }
    case socketio::PacketType::kConnectError:
      return end("refused: " + packet.json);
    case socketio::PacketType::kDisconnect:
      return end("disconnected by the server");
    case socketio::PacketType::kBinaryEvent:
    case socketio::PacketType::kBinaryAck:
      return;
  }
}

void SocketIoClient::Core::end(std::string_view why) {
  // First, since closing the socket calls back, with no better reason than that we closed it.
  const auto closed = std::exchange(handlers.on_closed, nullptr);
  // The WebSocket's callbacks hold this object: one of the two has to let go.
  const auto last = std::exchange(socket, nullptr);
  if (last) last->close();
  if (!closed) return;
  for (auto& [id, answer] : std::exchange(waiting, {})) {
    answer(fail(ErrorCode::kUnavailable, std::string(why)));
  }
  closed(why);
}

SocketIoClient::SocketIoClient(http::EventLoop& loop, const http::ClientTarget& target,
                               const boost::json::object& auth, Handlers handlers)
    : core_(std::make_shared<Core>()) {
  core_->handlers = std::move(handlers);
  core_->auth = json::serialize(auth);
  core_->socket = http::open_websocket(
      loop, target, std::string(kPath),
      {.on_open = [] {},
       .on_text = [core = core_](const std::string& text) { core->take_text(text); },
       .on_closed = [core = core_](std::string_view why) { core->end(why); }});
}

SocketIoClient::~SocketIoClient() {
  core_->handlers = {.on_connected = [] {},
                     .on_event = [](std::string_view, const std::string&) {},
                     .on_closed = nullptr};
  core_->waiting.clear();
  core_->end("closed by us");
}

void SocketIoClient::request(std::string_view event, const boost::json::object& payload,
                             Answer answer) {
  if (!core_->handlers.on_closed) {
    return answer(fail(ErrorCode::kUnavailable, "the connection is closed"));
  }
  const std::uint64_t id = ++core_->last_id;
  core_->waiting.emplace(id, std::move(answer));
  core_->send_packet({.type = socketio::PacketType::kEvent,
                      .ack_id = id,
                      .json = json::serialize(boost::json::array{payload}),
                      .name = std::string(event)});
}

void SocketIoClient::close() {
  core_->end("closed by us");
}

}  // namespace confab::loadtest
