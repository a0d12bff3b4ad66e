#include "service/signaling/signaling.h"

#include <deque>
#include <unordered_map>
#include <utility>

#include "call/call.h"
#include "platform/auth/password_worker.h"
#include "platform/clock/clock.h"
#include "platform/ice_health/prober.h"
#include "platform/random/secure_random.h"
#include "service/signaling/attendance.h"
#include "service/signaling/door.h"
#include "service/signaling/media_times.h"
#include "service/signaling/page_api.h"
#include "service/signaling/records.h"
#include "service/signaling/room_lists_api.h"
#include "service/signaling/room_writes.h"
#include "service/signaling/stats_api.h"

namespace confab::signaling {
namespace {

// For the last words to reach the sockets before they close.
constexpr Duration kFarewell = 300ms;
constexpr Duration kReconnectIn = 1s;
constexpr Duration kPurgeInterval = 1h;
// While there is more to delete than one step takes.
constexpr Duration kPurgeStep = 1s;
// A laptop that slept, a summer time set by hand: nothing to wake an operator for.
constexpr Duration kClockJump = std::chrono::days(1);

call::Options call_options(const CallConfig& config) {
  call::Options out;
  out.participants_max = config.participants_max;
  out.participants_per_address_max = config.participants_per_address_max;
  out.meetings_max = config.meetings_max;
  out.producers_per_participant_max = config.producers_per_participant_max;
  out.chat_chars_max = config.chat_chars_max;
  out.chat_history = config.chat_history;
  out.reconnect_grace = config.reconnect_grace;
  return out;
}

}  // namespace

class SignalingService::Impl final : public RoomApi::Meetings {
 public:
  Impl(const Config& config, http::EventLoop& loop, http::HttpServer& server,
       control::MediaControl& media, store::Store& store, const auth::TokenSigner& signer,
       Random& random, LogSink& log)
      : config_(config),
        media_(media),
        store_(store),
        random_(random),
        log_(log),
        writes_([this](const std::string& code,
                       bool is_stalled) { handle(call::RoomUnkept{code, is_stalled}); },
                [this](Duration pause, std::function<void()> task) {
                  write_again_.set(monotonic_now() + pause, std::move(task));
                }),
        passwords_([&loop](auto task) { loop.post(std::move(task)); }, salts_),
        call_(call_options(config.call), random, log),
        wake_(loop),
        purge_(loop),
        farewell_(loop),
        write_again_(loop),
        ice_servers_(loop, random, log),
        door_(config, loop, server, signer, ice_servers_.book(), random, log,
              [this](call::Event event) { handle(std::move(event)); }),
        pages_(
            server, signer,
            [this](PageApi::News news, PageApi::Page page) { hear_page(news, std::move(page)); }),
        rooms_(config, server, store, signer, ice_servers_.book(), passwords_, random, log, *this),
        attendance_(store.archive()),
        lists_(server, store, rooms_, *this),
        stats_(
            config, loop, server, call_, door_,
            [this](MeetingId meeting, std::optional<ParticipantId> participant, Answer answer) {
              const call::RequestNumber number = ++last_operator_;
              operators_.emplace(number, std::move(answer));
              handle(call::MediaLook{number, meeting, participant, TraceContext::begin(random_)});
            }) {
    ice_servers_.set_urls(config_.ice.urls);
    purge();
  }

  void hear(control::MediaCompletion completion) {
    media_times_.completed(completion, monotonic_now());
    handle(std::move(completion));
  }

  // Events that arrive while another is being worked off wait for their turn.
  void handle(call::Event event) {
    events_.push_back(std::move(event));
    if (!is_handling_) work_off();
  }

  void config_changed() {
    call_.set_options(call_options(config_.call));
    ice_servers_.set_urls(config_.ice.urls);
  }

  std::size_t participants() const { return call_.counts().participants; }
  std::size_t meetings() const { return call_.counts().meetings; }

  void set_books(std::function<void(const call::Happened& happened)> books) {
    books_ = std::move(books);
  }
  void set_room_makers(RoomApi::Makers makers) { rooms_.set_makers(std::move(makers)); }
  void set_room_listers(RoomApi::Listers listers) { rooms_.set_listers(std::move(listers)); }
  void set_account_check(const AccountCheck& check) {
    door_.set_account_check(check);
    rooms_.set_account_check(check);
  }
  void watch_tokens(TokenEnd has_ended) { door_.watch_tokens(std::move(has_ended)); }
  void set_token_check(TokenCheck check) { door_.set_token_check(std::move(check)); }

  void stop(std::function<void()> done) {
    set_draining(true);
    door_.close();
    handle(call::ServerStopping{kReconnectIn});
    farewell_.set(monotonic_now() + kFarewell, std::move(done));
  }

  void set_watchers(StatsApi::Watchers watchers) { stats_.set_watchers(std::move(watchers)); }

  void set_draining(bool is_draining) { rooms_.set_closing(is_draining); }
  void set_room_authority(RoomApi::Authority authority) {
    rooms_.set_authority(std::move(authority));
  }

  // ---- for RoomApi ----
  std::size_t participants_in(std::string_view code) const override {
    return call_.participants_in(code);
  }
  bool is_in(std::string_view code, MeetingId meeting, ParticipantId who) const override {
    return call_.is_in(code, meeting, who);
  }
  const call::RoomSettings* settings_in(std::string_view code) const override {
    return call_.settings_in(code);
  }
  void hear(call::Event event) override {
    if (const auto* gone = std::get_if<call::RoomDeleted>(&event)) writes_.drop(gone->code);
    handle(std::move(event));
  }
  void when_kept(const std::string& code, RoomWrites::Answer task) override {
    writes_.when_kept(code, std::move(task));
  }
  void operate(std::string code, call::Request request, Answer answer) override {
    const call::RequestNumber number = ++last_operator_;
    operators_.emplace(number, std::move(answer));
    handle(call::OperatorRequest{number, std::move(code), true, std::move(request),
                                 TraceContext::begin(random_)});
  }

  void expose(metrics::Exposition& out) const {
    const call::Counts held = call_.counts();
    const auto gauge = [&](std::string_view name, std::string_view help, std::size_t value) {
      out.gauge(name, help, {}, static_cast<double>(value));
    };
    gauge("meetings", "Meetings that somebody is in.", held.meetings);
    gauge("participants", "People in meetings.", held.participants);
    gauge("signaling_transports", "Transports, as signaling knows them.", held.transports);
    gauge("signaling_producers", "Producers, as signaling knows them.", held.producers);
    gauge("signaling_consumers", "Consumers, as signaling knows them.", held.consumers);
    gauge("signaling_media_requests", "Media commands without an answer yet.",
          held.requests_in_flight);
    const call::Totals& totals = call_.totals();
    out.counter("signaling_announcements_refused",
                "Requests refused since too much was said to the meeting already.", {},
                totals.announcements_refused);
    out.counter("signaling_states_merged",
                "Changes of a state (muted, renamed, reconnecting) told with a later one.", {},
                totals.states_merged);
    out.counter("signaling_requests_forbidden", "Requests of those who may not.", {},
                totals.requests_forbidden);
    out.counter("signaling_knocks_refused", "Knocks at a lobby: too many at once.", {},
                totals.knocks_refused);
    out.counter("signaling_passwords_refused",
                "Passwords not looked at: too many wrong ones from their address.", {},
                totals.passwords_refused);
    ice_servers_.expose(out);
    const Door::Counts door = door_.counts();
    gauge("signaling_sockets", "Socket.IO sockets, those that may come back included.",
          door.sockets);
    out.counter("signaling_requests", "Socket.IO requests.", {}, door.requests);
    out.counter("signaling_requests_refused", "Requests answered with an error.", {},
                door.requests_refused);
    out.counter("signaling_sessions_refused",
                "Sessions that were not opened: their address had its share.", {},
                door.sessions_refused);
    out.counter(
        "signaling_lookups_refused",
        "Joins that were not tried: their address had asked for too many rooms that are not.", {},
        door.lookups_refused);
    out.counter("signaling_tokens_refused",
                "Connections and joins refused for their token, or for having none.", {},
                door.tokens_refused);
    out.counter("signaling_tokens_ended", "Sockets put out since their token was revoked.", {},
                door.tokens_ended);
    out.counter("signaling_accounts_ended", "Sockets put out since who joined is signed out.", {},
                door.accounts_ended);
    out.counter("signaling_requests_unknown", "Requests of an unknown name.", {},
                door.requests_unknown);
    const store::StoreCounts stored = store_.counts();
    out.gauge("store_chat_waiting", "Chat lines heard that wait for the database to come back.", {},
              static_cast<double>(stored.chat_waiting));
    out.counter("store_chat_lost", "Chat lines heard that the database refused afterwards.", {},
                stored.chat_lost);
    for (const store::OperationTimes& each : store_.times().all()) {
      for (std::size_t i = 0; i < each.results.size(); ++i) {
        out.counter("store_operations", "What the store was asked for, by what came of it.",
                    {{"operation", each.operation}, {"result", store::kStoreResults[i]}},
                    each.results[i]);
      }
      each.latency.expose("store_operation_seconds",
                          "From asking the store until the database had answered.",
                          {{"operation", each.operation}}, out);
    }
    media_times_.expose(out);
    door_.client_reports().expose(out);
    out.gauge("store_room_writes_waiting",
              "Decisions of hosts that the database has not taken yet.", {},
              static_cast<double>(writes_.waiting()));
    out.counter("store_room_writes_failed", "Attempts to keep such a decision that failed.", {},
                writes_.failed());
    out.counter("store_room_writes_lost", "Such decisions that are not kept: too many waited.", {},
                writes_.lost());
    out.counter("store_room_writes_refused",
                "Such decisions that the database does not take, as of a room that was deleted.",
                {}, writes_.refused());
    door_.joins().expose(out);
    stats_.expose(out);
    rooms_.expose(out);
    passwords_.expose(out, "rooms");
    attendance_.expose(out);
    const PageApi::Counts& pages = pages_.counts();
    out.counter("signaling_page_news", "Pages that said they go or come back.", {}, pages.heard);
    out.counter("signaling_page_news_refused", "Such news that named nobody here.", {},
                pages.refused);
    out.counter("signaling_page_news_rate_limited", "Such news over the limit of its address.", {},
                pages.rate_limited);
  }

 private:
  // A socket that is not known any more has nothing left to end.
  void hear_page(PageApi::News news, PageApi::Page page) {
    const auto connection = door_.connection_of(page.socket);
    if (!connection) return;
    if (news == PageApi::News::kClosing) {
      handle(call::PageClosing{*connection, page.participant, std::move(page.attempt)});
    } else {
      handle(call::PageReturning{*connection, page.participant});
    }
  }

  // Also when the time has come: what is due goes first.
  void work_off() {
    is_handling_ = true;
    call_.handle_timeout(monotonic_now(), wall_unix_ms());
    carry_out();
    while (!events_.empty()) {
      call::Event event = std::move(events_.front());
      events_.pop_front();
      call_.handle_event(monotonic_now(), wall_unix_ms(), std::move(event));
      carry_out();
    }
    is_handling_ = false;
    wake_.set(call_.next_timeout(), [this] { work_off(); });
  }

  void carry_out() {
    call::Action action;
    while (call_.poll(action)) {
      std::visit([this](auto& a) { perform(a); }, action);
    }
  }

  void perform(call::Reply& action) {
    if (action.origin.connection != call::ConnectionId{}) return door_.perform(action);
    auto asked = operators_.extract(action.origin.request);
    if (!asked.empty()) asked.mapped()(std::move(action.result));
  }
  void perform(const call::Notify& action) { door_.perform(action); }
  void perform(const call::Disconnect& action) { door_.perform(action); }
  void perform(control::MediaCommand& action) {
    media_times_.sent(action, monotonic_now());
    media_.send(std::move(action));
  }

  void perform(const call::LoadRoom& action) {
    // Else a meeting would begin without the lock or the bans that a host was told to be in force.
    writes_.when_kept(action.code, [this, code = action.code](const Result<void>& kept) {
      if (!kept) return handle(call::RoomLoaded{code, std::unexpected(kept.error())});
      store_.load_room(code, config_.call.chat_history, wall_unix_ms(),
                       [this, code](Result<std::optional<store::LoadedRoom>> loaded) {
                         handle(call::RoomLoaded{code, to_room(std::move(loaded))});
                       });
    });
  }

  void perform(const call::SaveChat& action) {
    store_.append_chat(to_record(action), [this, meeting = action.meeting,
                                           id = action.message.id](Result<void> saved) {
      handle(call::ChatSaved{meeting, id, std::move(saved)});
    });
  }

  // What the meeting has is in force, so it is to be kept.
  void perform(const call::SaveSettings& action) {
    writes_.add(
        action.code, "settings",
        [this, code = action.code, record = to_record(action.settings)](RoomWrites::Answer answer) {
          store_.save_settings(code, record, std::move(answer));
        });
  }
  void perform(const call::SavePerson& action) {
    writes_.add(action.code, "person " + action.entry.subject,
                [this, record = to_record(action)](RoomWrites::Answer answer) {
                  store_.save_person(record, std::move(answer));
                });
  }
  void perform(const call::DropBan& action) {
    writes_.add(action.code, "ban " + action.ban.to_string(),
                [this, code = action.code, ban = action.ban.to_string()](
                    RoomWrites::Answer answer) { store_.drop_ban(code, ban, std::move(answer)); });
  }

  void perform(call::CheckPassword& action) {
    // Of one address there are no more than may be wrong (kWrongPasswordRate).
    passwords_.check(std::move(action.password), std::move(action.hash), std::nullopt,
                     [this, number = action.number](Result<bool> is_right) {
                       handle(call::PasswordChecked{number, std::move(is_right)});
                     });
  }
  void perform(call::HashPassword& action) {
    passwords_.hash(std::move(action.password), door_.address_of(action.connection),
                    [this, number = action.number](Result<std::string> hash) {
                      handle(call::PasswordHashed{number, std::move(hash)});
                    });
  }

  void perform(const call::DropMessage& action) {
    store_.archive().delete_message(action.code, action.message,
                                    [this, number = action.number](Result<bool> dropped) {
                                      handle(call::MessageDropped{number, std::move(dropped)});
                                    });
  }

  void perform(const call::Happened& action) {
    if (books_) books_(action);
    attendance_.hear(action);
  }

  // Not kept, an older token may be taken after the meeting was forgotten; the store has logged
  // why.
  void perform(const call::SaveToken& action) {
    const std::int64_t expires_at_ms = wall_unix_ms() + to_ms(config_.call.resume_token_lifetime);
    store_.save_token(to_record(action, expires_at_ms), [](const Result<void>&) {});
  }

  void purge() {
    const store::Retention retention{config_.call.chat_retention_days,
                                     config_.call.room_retention_days, call_.rooms()};
    store_.purge(retention, {wall_unix_ms(), monotonic_now()},
                 [this](const Result<store::Purged>& purged) {
                   if (purged) note(*purged);
                   const bool is_more = purged && purged->is_more;
                   purge_.set(monotonic_now() + (is_more ? kPurgeStep : kPurgeInterval),
                              [this] { purge(); });
                 });
  }

  void note(const store::Purged& purged) {
    if (purged.rows > 0) log_.write(LogLevel::kInfo, "store_purged", {{"rows", purged.rows}});
    if (purged.clock_disbelieved < kClockJump) return;
    log_.write(LogLevel::kWarn, "clock_jumped",
               {{"days", purged.clock_disbelieved / std::chrono::days(1)},
                {"remedy",
                 "set the system's clock; if it is right, nothing is to be done: what is "
                 "old is deleted step by step"}});
  }

  const Config& config_;
  control::MediaControl& media_;
  store::Store& store_;
  Random& random_;
  LogSink& log_;
  RoomWrites writes_;
  SecureRandom salts_;  // of the worker's thread
  auth::PasswordWorker passwords_;
  // Those by REST who wait for an answer.
  std::unordered_map<call::RequestNumber, Answer> operators_;
  call::RequestNumber last_operator_ = 0;
  MediaTimes media_times_;
  call::Call call_;
  std::function<void(const call::Happened& happened)> books_;
  std::deque<call::Event> events_;
  bool is_handling_ = false;
  http::LoopTimer wake_;
  http::LoopTimer purge_;
  http::LoopTimer farewell_;
  http::LoopTimer write_again_;
  ice_health::Prober ice_servers_;
  Door door_;
  PageApi pages_;
  RoomApi rooms_;
  Attendance attendance_;
  RoomListsApi lists_;
  StatsApi stats_;
};

SignalingService::SignalingService(const Config& config, http::EventLoop& loop,
                                   http::HttpServer& server, control::MediaControl& media,
                                   store::Store& store, const auth::TokenSigner& signer,
                                   Random& random, LogSink& log)
    : impl_(std::make_unique<Impl>(config, loop, server, media, store, signer, random, log)) {}

SignalingService::~SignalingService() = default;

void SignalingService::on_media_completion(control::MediaCompletion completion) {
  impl_->hear(std::move(completion));
}

void SignalingService::on_media_event(control::MediaEvent event) {
  impl_->handle(std::move(event));
}

void SignalingService::config_changed() {
  impl_->config_changed();
}

std::size_t SignalingService::meetings() const {
  return impl_->meetings();
}

std::size_t SignalingService::participants() const {
  return impl_->participants();
}

void SignalingService::stop(std::function<void()> done) {
  impl_->stop(std::move(done));
}

void SignalingService::set_token_check(TokenCheck check) {
  impl_->set_token_check(std::move(check));
}

void SignalingService::watch_tokens(TokenEnd has_ended) {
  impl_->watch_tokens(std::move(has_ended));
}

void SignalingService::set_account_check(const AccountCheck& check) {
  impl_->set_account_check(check);
}

void SignalingService::set_books(std::function<void(const call::Happened& happened)> books) {
  impl_->set_books(std::move(books));
}

void SignalingService::set_room_makers(RoomApi::Makers makers) {
  impl_->set_room_makers(std::move(makers));
}

void SignalingService::set_watchers(Watchers watchers) {
  impl_->set_watchers(std::move(watchers));
}

void SignalingService::forget_room(const std::string& code) {
  impl_->hear(call::Event(call::RoomDeleted{code}));
}

void SignalingService::set_room_listers(RoomApi::Listers listers) {
  impl_->set_room_listers(std::move(listers));
}

void SignalingService::set_draining(bool is_draining) {
  impl_->set_draining(is_draining);
}

void SignalingService::set_room_authority(RoomApi::Authority authority) {
  impl_->set_room_authority(std::move(authority));
}

void SignalingService::expose(metrics::Exposition& out) const {
  impl_->expose(out);
}

}  // namespace confab::signaling
