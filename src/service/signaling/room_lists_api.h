// What is kept of rooms, as lists of REST: which there are, what was said in one, and who was
// there. Loop thread only.
#pragma once

#include "platform/http/server.h"
#include "platform/store/store.h"
#include "service/signaling/room_api.h"

namespace confab::signaling {

class RoomListsApi {
 public:
  // Declares its routes on `server`. References outlive it.
  RoomListsApi(http::HttpServer& server, store::Store& store, RoomApi& rooms,
               RoomApi::Meetings& meetings);

 private:
  void list_rooms(const http::Request& request, http::Responder responder);
  void list_messages(const http::Request& request, http::Responder responder);
  void delete_message(const http::Request& request, http::Responder responder);
  void drop_message(const std::string& code, MessageId id, http::Responder responder);
  void list_attendance(const http::Request& request, http::Responder responder);

  store::Store& store_;
  RoomApi& rooms_;
  RoomApi::Meetings& meetings_;
};

}  // namespace confab::signaling
