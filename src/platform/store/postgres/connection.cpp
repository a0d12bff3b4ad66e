#include "platform/store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>

namespace confab::store::postgres {
namespace {

constexpr std::array kBackoff = {Duration{100ms}, Duration{200ms}, Duration{1s}};
const Error kAway{ErrorCode::kUnavailable, "the database is not available; try again"};

// libpq ends its sentences with a line break.
std::string_view trimmed(std::string_view text) {
  const auto end = text.find_last_not_of(" \n");
  return end == std::string_view::npos ? std::string_view{} : text.substr(0, end + 1);
}

// PostgreSQL's text holds no zero byte, and libpq would end the parameter there.
void replace_zero_bytes(std::string& text) {
  for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
    text.replace(at, 1, "\xEF\xBF\xBD");
  }
}

// "23": integrity constraint violation (PostgreSQL appendix A); that a column has no value, or one
// that it does not take, is a mistake of ours.
bool is_constraint(std::string_view sql_state) {
  return sql_state.starts_with("23") && sql_state != "23502" && sql_state != "23514";
}

// The server goes, or the connection is gone: 57P01 to 57P04, class 08, or no code at all, where
// libpq speaks for itself. Or it is there and can not do it now, which passes: no disk or memory
// left (53), a standby that was not made the primary yet (25006), cancelled (57014), a deadlock
// (40), a fault of its system (58).
bool is_away(std::string_view sql_state) {
  constexpr std::array kCodes = {"57", "08", "53", "40", "58", "25006"};
  return sql_state.empty() || std::ranges::any_of(kCodes, [&](std::string_view code) {
           return sql_state.starts_with(code);
         });
}

template <typename T>
bool is_away_error(const std::optional<Result<T>>& result) {
  return result && !*result && result->error().code == ErrorCode::kUnavailable;
}

}  // namespace

void Connection::Finish::operator()(pg_conn* raw) const {
  PQfinish(raw);
}

Connection::Connection(ConnectionOptions options, LogSink& log, std::function<void()> on_ready)
    : options_(std::move(options)), log_(log), on_ready_(std::move(on_ready)) {}

Connection::~Connection() = default;

Instant Connection::next_timeout() const {
  if (!refused_.empty() || !answered_.empty()) return Instant{};
  if (state_ != State::kReady) return due_;
  return in_flight_.empty() ? kNever : answer_due();
}

void Connection::turn(Instant now, short events) {
  now_ = now;
  switch (state_) {
    case State::kAway:
      if (now >= due_) connect();
      break;
    case State::kConnecting:
      if (events != 0) {
        go_on_connecting();
      } else if (now >= due_) {
        lose("no connection in time");
      }
      break;
    case State::kReady:
      if (events != 0) read();
      if (state_ == State::kReady) flush();
      if (is_answer_late()) lose("no answer in time");
      break;
  }
  answer();
}

// A long pipeline is waited for as long as its answers keep coming.
Instant Connection::answer_due() const {
  return std::max(in_flight_.front().sent_at, heard_at_) + options_.answer_timeout;
}

bool Connection::is_answer_late() const {
  return !in_flight_.empty() && now_ >= answer_due();
}

// ---- connecting ----

void Connection::connect() {
  state_ = State::kConnecting;
  due_ = now_ + options_.connect_timeout;
  raw_.reset(PQconnectStart(options_.url.c_str()));
  if (raw_ == nullptr || PQstatus(raw_.get()) == CONNECTION_BAD) {
    return lose("can not connect");
  }
  descriptor_ = PQsocket(raw_.get());
  wanted_ = POLLOUT;
}

// libpq may go on to another address of the host, and so to another socket.
void Connection::go_on_connecting() {
  const auto wanted = PQconnectPoll(raw_.get());
  if (wanted == PGRES_POLLING_FAILED) return lose("can not connect");
  descriptor_ = PQsocket(raw_.get());
  wanted_ = wanted == PGRES_POLLING_WRITING ? POLLOUT : POLLIN;
  if (wanted == PGRES_POLLING_OK) become_ready();
}

void Connection::become_ready() {
  if (PQsetnonblocking(raw_.get(), 1) != 0 || PQenterPipelineMode(raw_.get()) != 1) {
    return lose("can not pipeline");
  }
  state_ = State::kReady;
  heard_at_ = now_;
  on_ready_();
}

// Only an answer shows it: a server that takes connections may stand still all the same.
void Connection::be_back() {
  attempts_ = 0;
  if (!std::exchange(is_reported_away_, false)) return;
  log_.write(LogLevel::kInfo, "database_back", {{"connection", options_.number}});
}

void Connection::lose(std::string_view why) {
  std::string said = std::exchange(reason_, {});
  if (said.empty() && raw_ != nullptr) said = trimmed(PQerrorMessage(raw_.get()));
  raw_.reset();
  descriptor_ = -1;
  wanted_ = 0;
  state_ = State::kAway;
  due_ = now_ + kBackoff[std::min(attempts_, kBackoff.size() - 1)];
  ++attempts_;
  if (!std::exchange(is_reported_away_, true)) {
    log_.write(LogLevel::kError, "database_away",
               {{"connection", options_.number}, {"what", why}, {"reason", said}});
  }
  for (InFlight& lost : std::exchange(in_flight_, {})) {
    refused_.push_back({lost.name, std::move(lost.done), kAway, now_ - lost.sent_at});
  }
}

// ---- queries ----

void Connection::run(Query query, Done done) {
  if (state_ != State::kReady) {
    refused_.push_back({query.name, std::move(done), kAway, {}});
    return;
  }
  if (in_flight_.size() >= options_.in_flight_max) {
    refused_.push_back({query.name,
                        std::move(done),
                        Error{ErrorCode::kFull, "too much is asked of the database"},
                        {}});
    return;
  }
  std::vector<const char*> values;
  values.reserve(query.parameters.size());
  for (auto& parameter : query.parameters) {
    if (parameter) replace_zero_bytes(*parameter);
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  const bool is_sent = PQsendQueryParams(raw_.get(), query.sql, static_cast<int>(values.size()),
                                         nullptr, values.data(), nullptr, nullptr, 0) == 1 &&
                       PQpipelineSync(raw_.get()) == 1;
  in_flight_.push_back({query.name, now_, std::move(done), std::nullopt});
  if (!is_sent) return lose("can not send");
  flush();
}

void Connection::flush() {
  const int left = PQflush(raw_.get());
  if (left < 0) return lose("can not send");
  wanted_ = static_cast<short>(left > 0 ? POLLIN | POLLOUT : POLLIN);
}

void Connection::read() {
  if (PQconsumeInput(raw_.get()) != 1) return lose("the connection broke");
  bool is_unable = false;
  while (!in_flight_.empty() && PQisBusy(raw_.get()) == 0) {
    PGresult* raw = PQgetResult(raw_.get());
    if (raw == nullptr) continue;  // between two queries
    InFlight& oldest = in_flight_.front();
    Rows rows(raw);
    if (PQresultStatus(raw) != PGRES_PIPELINE_SYNC) {
      oldest.result = to_result(oldest.name, std::move(rows));
      continue;
    }
    heard_at_ = now_;
    is_unable = is_unable || is_away_error(oldest.result);
    answered_.push_back(std::move(oldest));
    in_flight_.pop_front();
    if (!is_unable) be_back();
  }
  if (PQstatus(raw_.get()) == CONNECTION_BAD) return lose("the connection broke");
  // What it could not do is asked again over the next connection.
  if (is_unable) lose("the server can not do it now");
}

Result<Rows> Connection::to_result(std::string_view name, Rows rows) {
  if (rows.is_success()) return rows;
  if (is_constraint(rows.sql_state())) return fail(ErrorCode::kConflict, "exists already");
  if (is_away(rows.sql_state())) {
    if (!is_reported_away_) reason_ = std::string(rows.message());
    return std::unexpected(kAway);
  }
  log_.write(LogLevel::kError, "store_failed",
             {{"what", name}, {"code", rows.sql_state()}, {"reason", rows.message()}});
  return fail(ErrorCode::kInternal, "the database refused the query");
}

// Last in a turn, since who is answered may ask again.
void Connection::answer() {
  for (InFlight& one : std::exchange(answered_, {})) {
    Result<Rows> result = one.result ? std::move(*one.result) : std::unexpected(kAway);
    count(one.name, result ? std::nullopt : std::optional(result.error().code), now_ - one.sent_at);
    one.done(std::move(result));
  }
  for (Refused& one : std::exchange(refused_, {})) {
    count(one.name, one.error.code, one.took);
    one.done(std::unexpected(one.error));
  }
}

void Connection::count(std::string_view name, std::optional<ErrorCode> error, Duration took) {
  if (options_.times != nullptr) options_.times->add(name, error, took);
}

}  // namespace confab::store::postgres
