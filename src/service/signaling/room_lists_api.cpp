#include "service/signaling/room_lists_api.h"

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "call/text.h"
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
constexpr char kAttendanceList = 'a';
constexpr std::int64_t kNewest = std::int64_t{1} << 62;

Response answer(const boost::json::object& body) {
  Response response = Response::json(200, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response no_such_message() {
  return Response::error({ErrorCode::kNotFound, "there is no such message"});
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

// `is_there`: the meeting is on, and they are in it.
boost::json::object describe(const store::AttendanceRecord& who, bool is_there) {
  boost::json::object out{{"meetingId", who.meeting.to_string()},
                          {"participantId", who.participant.to_string()},
                          {"name", who.name},
                          {"role", who.role},
                          {"joinedAt", who.joined_at_ms}};
  out["leftAt"] = who.left_at_ms > 0 ? boost::json::value(who.left_at_ms) : nullptr;
  out["present"] = is_there && who.left_at_ms == 0;
  return out;
}

// Of the query; unset where it is not there.
Result<MeetingId> meeting_of(const Request& request) {
  const auto text = request.query_value("meeting");
  if (!text) return MeetingId{};
  const auto id = MeetingId::parse(*text);
  if (!id) return fail(ErrorCode::kInvalidArgument, "meeting: it is not the id of one");
  return *id;
}

}  // namespace

RoomListsApi::RoomListsApi(http::HttpServer& server, store::Store& store, RoomApi& rooms,
                           RoomApi::Meetings& meetings)
    : store_(store), rooms_(rooms), meetings_(meetings) {
  using Handle = void (RoomListsApi::*)(const Request&, Responder);
  const auto route = [&](Method method, std::string_view pattern, Handle handle) {
    server.route(method, pattern, [this, handle](const Request& request, Responder responder) {
      (this->*handle)(request, std::move(responder));
    });
  };
  route(Method::kGet, "/api/rooms", &RoomListsApi::list_rooms);
  route(Method::kGet, "/api/rooms/:code/messages", &RoomListsApi::list_messages);
  route(Method::kDelete, "/api/rooms/:code/messages/:id", &RoomListsApi::delete_message);
  route(Method::kGet, "/api/rooms/:code/attendance", &RoomListsApi::list_attendance);
}

void RoomListsApi::list_rooms(const Request& request, Responder responder) {
  if (auto may = rooms_.may_list(request); !may) {
    return rooms_.refuse(may.error(), std::move(responder));
  }
  auto page = http::page_of(request, kRoomList);
  // What is no code was not given out.
  if (page && page->after && call::normalize_room_code(*page->after) != page->after) {
    page = http::no_such_cursor();
  }
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

// The meeting has the store delete it, and tells everybody. Without one the store is asked
// directly, and the meeting that may be loading the room hears of it.
void RoomListsApi::delete_message(const Request& request, Responder responder) {
  const auto id = MessageId::parse(request.params.at("id"));
  rooms_.find_own(
      request, std::move(responder), [this, id](const store::RoomRecord& room, Responder to) {
        if (!id) return to.send(no_such_message());
        meetings_.operate(room.code, call::DeleteMessage{*id},
                          [this, id = *id, code = room.code,
                           to = std::move(to)](const Result<call::ReplyBody>& done) mutable {
                            if (done) return to.send(answer({}));
                            if (done.error().code != ErrorCode::kNotFound) {
                              return to.send(Response::error(done.error()));
                            }
                            drop_message(code, id, std::move(to));
                          });
      });
}

void RoomListsApi::drop_message(const std::string& code, MessageId id, Responder responder) {
  store_.archive().delete_message(
      code, id,
      [this, code, id, responder = std::move(responder)](const Result<bool>& dropped) mutable {
        if (!dropped) return responder.send(Response::error(dropped.error()));
        if (!*dropped) return responder.send(no_such_message());
        meetings_.hear(call::MessageGone{code, id});
        responder.send(answer({}));
      });
}

void RoomListsApi::list_attendance(const Request& request, Responder responder) {
  const auto page = http::page_of(request, kAttendanceList);
  const auto before = page ? page->number_or(kNewest) : std::unexpected(page.error());
  const auto meeting = meeting_of(request);
  rooms_.find_own(
      request, std::move(responder),
      [this, before, meeting, count = page ? page->count : 0](const store::RoomRecord& room,
                                                              Responder to) {
        if (!before) return to.send(Response::error(before.error()));
        if (!meeting) return to.send(Response::error(meeting.error()));
        store_.archive().attendance(
            room.code, *meeting, *before, count,
            [this, count, code = room.code,
             to = std::move(to)](const Result<std::vector<store::AttendanceRecord>>& all) mutable {
              if (!all) return to.send(Response::error(all.error()));
              boost::json::array list;
              for (const store::AttendanceRecord& each : *all) {
                const bool is_there = meetings_.is_in(code, each.meeting, each.participant);
                list.emplace_back(describe(each, is_there));
              }
              boost::json::object body{{"attendance", std::move(list)}};
              if (all->size() == count) {
                body["next"] = http::cursor_of(kAttendanceList, std::to_string(all->back().number));
              }
              to.send(answer(body));
            });
      });
}

}  // namespace confab::signaling
