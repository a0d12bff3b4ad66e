#include "service/signaling/room_lists_api.h"

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platform/http/paging.h"
#include "platform/json/json.h"

namespace confab::signaling {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

constexpr char kRoomList = 'r';
constexpr char kMessageList = 'm';
constexpr std::int64_t kNewest = std::int64_t{1} << 62;

Response answer(const boost::json::object& body) {
  Response response = Response::json(200, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

boost::json::object describe(const store::RoomRecord& room) {
  return {{"code", room.code},
          {"createdAt", room.created_at_ms},
          {"title", room.settings.title},
          {"locked", room.settings.is_locked},
          {"lobby", room.settings.has_lobby},
          {"hasPassword", !room.settings.password_hash.empty()}};
}

// As docs/protocol.md has a ChatMessage.
boost::json::object describe(const store::ChatRecord& line) {
  return {{"id", line.id.to_string()},
          {"from", {{"id", line.from.to_string()}, {"name", line.from_name}}},
          {"to", nullptr},
          {"text", line.text},
          {"sentAt", line.sent_at_ms}};
}

}  // namespace

RoomListsApi::RoomListsApi(http::HttpServer& server, store::Store& store, RoomApi& rooms)
    : store_(store), rooms_(rooms) {
  using Handle = void (RoomListsApi::*)(const Request&, Responder);
  const auto route = [&](Method method, std::string_view pattern, Handle handle) {
    server.route(method, pattern, [this, handle](const Request& request, Responder responder) {
      (this->*handle)(request, std::move(responder));
    });
  };
  route(Method::kGet, "/api/rooms", &RoomListsApi::list_rooms);
  route(Method::kGet, "/api/rooms/:code/messages", &RoomListsApi::list_messages);
}

void RoomListsApi::list_rooms(const Request& request, Responder responder) {
  if (auto may = rooms_.may_list(request); !may) {
    return rooms_.refuse(may.error(), std::move(responder));
  }
  const auto page = http::page_of(request, kRoomList);
  if (!page) return responder.send(Response::error(page.error()));
  store_.archive().list_rooms(page->after.value_or(""), page->count,
                              [count = page->count, responder = std::move(responder)](
                                  const Result<std::vector<store::RoomRecord>>& rooms) mutable {
                                if (!rooms) return responder.send(Response::error(rooms.error()));
                                boost::json::array list;
                                for (const store::RoomRecord& room : *rooms)
                                  list.emplace_back(describe(room));
                                boost::json::object body{{"rooms", std::move(list)}};
                                if (rooms->size() == count)
                                  body["next"] = http::cursor_of(kRoomList, rooms->back().code);
                                responder.send(answer(body));
                              });
}

void RoomListsApi::list_messages(const Request& request, Responder responder) {
  const auto page = http::page_of(request, kMessageList);
  const auto before = page ? page->number_or(kNewest) : std::unexpected(page.error());
  rooms_.find_own(
      request, std::move(responder),
      [this, before, count = page ? page->count : 0](const store::RoomRecord& room, Responder to) {
        if (!before) return to.send(Response::error(before.error()));
        store_.archive().read_chat(
            room.code, *before, count,
            [count, to = std::move(to)](const Result<std::vector<store::KeptLine>>& lines) mutable {
              if (!lines) return to.send(Response::error(lines.error()));
              boost::json::array list;
              for (const store::KeptLine& each : *lines) list.emplace_back(describe(each.line));
              boost::json::object body{{"messages", std::move(list)}};
              if (lines->size() == count) {
                body["next"] = http::cursor_of(kMessageList, std::to_string(lines->back().number));
              }
              to.send(answer(body));
            });
      });
}

}  // namespace confab::signaling
