// What hosts say to those who wait: come in, no, a line of text.
#include "call/lobby.h"

#include <utility>

#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {
namespace {

constexpr std::size_t kLobbyCharsMax = 500;

LobbyPlace* find(Core& core, const Origin& origin, const By& by, WaitingId id) {
  LobbyPlace* place = by.meeting->find_place(id);
  if (place == nullptr) core.refuse(origin, ErrorCode::kNotFound, "nobody of that id waits");
  return place;
}

}  // namespace

void on(Core& core, const Origin& origin, const By& by, AdmitWaiting request) {
  LobbyPlace* place = find(core, origin, by, request.waiting);
  if (place == nullptr) return;
  core.reply(origin, Done{});
  admit_place(core, *by.meeting, *place);
}

void on(Core& core, const Origin& origin, const By& by, DenyWaiting request) {
  const LobbyPlace* place = find(core, origin, by, request.waiting);
  if (place == nullptr) return;
  core.reply(origin, Done{});
  deny_place(core, *by.meeting, *place);
  close_if_empty(core, *by.meeting);
}

void on(Core& core, const Origin& origin, const By& by, AdmitAll) {
  std::size_t admitted = 0;
  for (LobbyPlace& place : by.meeting->lobby) {
    if (place.is_admitted) continue;
    admit_place(core, *by.meeting, place);
    ++admitted;
  }
  core.reply(origin, Counted{admitted});
}

void on(Core& core, const Origin& origin, const By& by, WriteToLobby request) {
  auto text = clean_chat(request.text, kLobbyCharsMax);
  if (!text) return core.refuse(origin, text.error());
  const LobbyMessage message{std::move(*text), by.who(), core.unix_ms};
  std::vector<ConnectionId> to;
  if (request.to) {
    const LobbyPlace* place = find(core, origin, by, *request.to);
    if (place == nullptr) return;
    to.push_back(place->connection);
  } else {
    for (const LobbyPlace& place : by.meeting->lobby) to.push_back(place.connection);
    by.meeting->lobby_message = message;
  }
  core.reply(origin, Done{});
  core.notify(std::move(to), message);
}

}  // namespace confab::call
