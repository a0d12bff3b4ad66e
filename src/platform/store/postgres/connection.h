// One connection to a PostgreSQL server: libpq without blocking, in pipeline mode, so that a
// statement does not wait for the answer to the one before. Statements are carried out in the order
// in which they were given, each in a transaction of its own, and answered in that order.
//
//   Away ──PQconnectStart──▶ Connecting ──▶ Ready
//     ▲                          │            │
//     └── 100 ms, 200 ms, 1 s ◀──┴────────────┘  lost, or no answer in time
//
// It comes back by itself, for ever. While it is away a statement is refused at once; those that
// were on their way are refused too, and whether the server carried them out is not known.
//
// Whoever owns it waits until its descriptor is ready or its time has come, and calls turn(). One
// thread. The server's own words go to the log, never into an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "platform/store/postgres/result.h"
#include "platform/store/store_times.h"

struct pg_conn;

namespace confab::store::postgres {

struct Query {
  // What it is in the log.
  std::string_view name;
  const char* sql = nullptr;
  // $1, $2, ...; nothing is NULL. A zero byte, which PostgreSQL has no room for, becomes U+FFFD.
  std::vector<std::optional<std::string>> parameters;
};

struct ConnectionOptions {
  // What libpq takes: "postgresql://user:password@host/name", or key=value pairs.
  std::string url;
  Duration connect_timeout = 2s;
  // Without an answer for so long the connection is given up.
  Duration answer_timeout = 1s;
  // Queries on their way. Those of a second in which the server stands still: at 200 joins a
  // second, each with its chat and twenty lines said, 5,000.
  std::size_t in_flight_max = 8192;
  // Which one of the process's it is, for the log.
  std::size_t number = 0;
  // Told of every query, if there is one; outlives the connection.
  StoreTimes* times = nullptr;
};

class Connection {
 public:
  // kConflict: a constraint is violated. kUnavailable: the server is away, or went while the query
  // was under way. kFull: too many are under way. kInternal: the server refused it.
  using Done = std::move_only_function<void(Result<Rows>)>;

  // Begins to connect in the first turn. `on_ready` is called, from a turn, each time that queries
  // can be given again.
  Connection(ConnectionOptions options, LogSink& log, std::function<void()> on_ready);
  // Calls nobody back.
  ~Connection();

  // At the time of the last turn. `done` is called once, in a later one.
  void run(Query query, Done done);
  bool is_ready() const { return state_ == State::kReady; }
  // It has not been ready yet, nor failed: worth waiting for.
  bool is_opening() const { return attempts_ == 0 && !is_ready(); }
  bool is_idle() const { return in_flight_.empty() && refused_.empty(); }

  // ---- for who waits ----
  // -1 while there is none.
  int descriptor() const { return descriptor_; }
  // As poll(2) has them.
  short wanted_events() const { return wanted_; }
  Instant next_timeout() const;
  // Whatever happened: `events` at the descriptor, or that it is time.
  void turn(Instant now, short events);

 private:
  enum class State : std::uint8_t { kAway, kConnecting, kReady };

  struct InFlight {
    std::string_view name;
    Instant sent_at{};
    Done done;
    std::optional<Result<Rows>> result;  // until the synchronisation point after it
  };
  struct Refused {
    std::string_view name;
    Done done;
    Error error;
    Duration took{};  // how long it was waited for; nothing where it was not sent
  };
  struct Finish {
    void operator()(pg_conn* raw) const;
  };

  void connect();
  void go_on_connecting();
  void become_ready();
  void be_back();
  void lose(std::string_view why);
  void read();
  void flush();
  Instant answer_due() const;
  bool is_answer_late() const;
  void answer();
  void count(std::string_view name, std::optional<ErrorCode> error, Duration took);
  Result<Rows> to_result(std::string_view name, Rows rows);

  ConnectionOptions options_;
  LogSink& log_;
  std::function<void()> on_ready_;
  State state_ = State::kAway;
  Instant now_{};       // of the last turn
  Instant due_{};       // the next attempt, or the end of this one
  Instant heard_at_{};  // when it became ready or answered last
  std::unique_ptr<pg_conn, Finish> raw_;
  int descriptor_ = -1;
  short wanted_ = 0;
  std::deque<InFlight> in_flight_;
  std::vector<InFlight> answered_;
  std::vector<Refused> refused_;
  std::size_t attempts_ = 0;
  bool is_reported_away_ = false;
  std::string reason_;  // of the server, for why it can not do what was asked
};

}  // namespace confab::store::postgres
