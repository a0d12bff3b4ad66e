#include "web/socketio/outbox.h"

#include "web/socketio/json.h"

namespace confab::socketio {

bool Outbox::poll(Output& out) {
  if (queue_.empty()) return false;
  out = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void Outbox::event(const Socket& socket, const Emit& event, std::optional<std::uint64_t> ack_id) {
  send_event(socket, event, ack_id, {});
}

void Outbox::kept_event(const Socket& socket, const Emit& event, std::uint64_t offset) {
  send_event(socket, event, std::nullopt, json_quote(offset_text(offset)));
}

void Outbox::acknowledgement(const Socket& socket, std::uint64_t ack_id, std::string_view args_json,
                             const Attachments& attachments) {
  Packet packet;
  packet.type = attachments.empty() ? PacketType::kAck : PacketType::kBinaryAck;
  packet.nsp = socket.wire_nsp;
  packet.ack_id = ack_id;
  packet.json = args_json;
  packet.attachments = attachments.size();
  send(socket.session, packet, {}, attachments);
}

void Outbox::disconnect(const Socket& socket) {
  Packet packet;
  packet.type = PacketType::kDisconnect;
  packet.nsp = socket.wire_nsp;
  send(socket.session, packet);
}

void Outbox::welcome(const Socket& socket) {
  Packet packet;
  packet.type = PacketType::kConnect;
  packet.nsp = socket.wire_nsp;
  packet.json = "{\"sid\":" + json_quote(socket.id.to_string());
  if (!socket.pid.empty()) packet.json.append(",\"pid\":").append(json_quote(socket.pid));
  packet.json.push_back('}');
  send(socket.session, packet);
  for (std::size_t i = 0; i < socket.log.size(); ++i) {
    kept_event(socket, socket.log.at(i), socket.log.offset() + i);
  }
}

void Outbox::connect_error(SessionId session, std::string_view nsp, std::string_view message,
                           std::string_view data_json) {
  Packet packet;
  packet.type = PacketType::kConnectError;
  packet.nsp = nsp;
  packet.json = "{\"message\":" + json_quote(message);
  if (!data_json.empty()) packet.json.append(",\"data\":").append(data_json);
  packet.json.push_back('}');
  send(session, packet);
}

void Outbox::send_event(const Socket& socket, const Emit& event,
                        std::optional<std::uint64_t> ack_id, std::string_view extra_json) {
  Packet packet;
  packet.type = event.attachments.empty() ? PacketType::kEvent : PacketType::kBinaryEvent;
  packet.nsp = socket.wire_nsp;
  packet.ack_id = ack_id;
  packet.name = event.name;
  packet.json = event.args_json;
  packet.attachments = event.attachments.size();
  send(socket.session, packet, extra_json, event.attachments);
}

void Outbox::send(SessionId session, const Packet& packet, std::string_view extra_json,
                  const Attachments& attachments) {
  push(SendToSession{session, false, encode_packet(packet, extra_json)});
  for (const std::string& data : attachments) push(SendToSession{session, true, data});
}

}  // namespace confab::socketio
