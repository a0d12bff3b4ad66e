// The signaling role: Socket.IO on an HTTP server, meetings behind it, the store and the media
// plane beside them. It only wires: what is decided is decided in `call`, what is written on the
// wire is in dialects/.
//
// Everything on the loop's thread. The store's answers and the media's reports must arrive there.
#pragma once

#include <expected>
#include <functional>
#include <memory>

#include "base/log.h"
#include "base/random.h"
#include "call/actions.h"
#include "control/media.h"
#include "platform/auth/jwt.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "platform/store/store.h"
#include "service/signaling/grants.h"
#include "service/signaling/room_api.h"

namespace confab::signaling {

class SignalingService final : public control::MediaListener {
 public:
  // Declares its routes on `server` (/socket.io/, /api/rooms): make it before listen().
  // All references outlive it. Destroy it after the loop has stopped.
  SignalingService(const Config& config, http::EventLoop& loop, http::HttpServer& server,
                   control::MediaControl& media, store::Store& store,
                   const auth::TokenSigner& signer, Random& random, LogSink& log);
  ~SignalingService() override;

  void on_media_completion(control::MediaCompletion completion) override;
  void on_media_event(control::MediaEvent event) override;

  // What may be changed in the Config that was given (ConfigOption::is_live) has been.
  void config_changed();

  std::size_t participants() const;
  std::size_t meetings() const;

  // Tells every client to come back in a moment, and calls `done` when that had time to go out.
  void stop(std::function<void()> done);

  // Who checks the tokens that people show; without it none is taken.
  using TokenCheck =
      std::function<std::expected<auth::Claims, auth::Refusal>(std::string_view token)>;
  void set_token_check(TokenCheck check);
  void watch_tokens(TokenEnd has_ended);
  // Who is signed in; without it nobody is.
  void set_account_check(const AccountCheck& check);
  // Who is told what happens in meetings.
  void set_books(std::function<void(const call::Happened& happened)> books);
  // No more rooms are made until it is taken back; what goes on goes on.
  void set_draining(bool is_draining);
  // Who may do anything in a room besides whoever shows its host key.
  void set_room_authority(RoomApi::Authority authority);
  // Who may make rooms where people without a token may not (auth.anonymous_create).
  void set_room_makers(RoomApi::Makers makers);
  // Who may know which rooms there are.
  void set_room_listers(RoomApi::Listers listers);
  // Who may see what goes on in meetings (GET /api/stats); without it nobody.
  using Watchers =
      std::function<void(const http::Request& request, http::Responder responder,
                         std::move_only_function<void(http::Responder responder)> then)>;
  void set_watchers(Watchers watchers);
  // Its room is gone from the store: what goes on in it ends.
  void forget_room(const std::string& code);

  // How many meetings, participants, sockets there are, and what was asked.
  void expose(metrics::Exposition& out) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::signaling
