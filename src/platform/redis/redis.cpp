#include "platform/redis/redis.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/http/event_loop_impl.h"
#include "platform/http/tcp_endpoint.h"
#include "platform/http_client/http_client.h"

namespace confab::redis {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

std::unexpected<Error> away() {
  return fail(ErrorCode::kUnavailable, "Redis is not there");
}

// It is there, and takes nothing: it loads, is a replica, or must not write.
bool is_of_its_state(std::string_view error) {
  constexpr std::array<std::string_view, 4> kWords = {"LOADING", "READONLY", "MASTERDOWN",
                                                      "MISCONF"};
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return error.starts_with(word); });
}

}  // namespace

class Redis::Impl : public std::enable_shared_from_this<Redis::Impl> {
 public:
  Impl(http::EventLoop& loop, RedisUrl url, LogSink& log)
      : loop_(loop), url_(std::move(url)), log_(log), again_(loop), late_(loop) {}

  void start() { connect(); }
  void stop() {
    is_stopped_ = true;
    again_.cancel();
    late_.cancel();
    close();
  }

  bool is_up() const { return is_up_; }

  void ask(std::span<const std::string_view> words, Answer answer) {
    if (!is_up_ || waiting_.size() >= kCommandsMax) {
      ++refused_;
      return answer(away());
    }
    send(words, std::move(answer));
  }

  void expose(metrics::Exposition& out) const {
    out.gauge("redis_up", "Whether the Redis that is named answers.", {}, is_up_ ? 1 : 0);
    out.counter("redis_commands", "Commands that were asked of Redis.", {}, asked_);
    out.counter("redis_commands_refused", "Of those, not sent: it was away or behind.", {},
                refused_);
    out.counter("redis_connections_lost", "Connections to Redis that came to nothing or broke.", {},
                lost_);
  }

 private:
  struct Waiting {
    Answer answer;
    Instant since;
  };

  // One look-up at a time, however long it takes: they share a thread with all others of the loop.
  // Meanwhile it is where it was before.
  void connect() {
    const std::uint64_t attempt = ++attempt_;
    late_.set(monotonic_now() + kAnswerTime, [this] { lose("no answer in time"); });
    if (is_looking_up_) {
      if (address_) open(*address_, attempt);
      return;
    }
    is_looking_up_ = true;
    http::resolve(loop_, url_.host,
                  [self = shared_from_this(), attempt](const Result<IpAddress>& address) {
                    self->is_looking_up_ = false;
                    if (address) self->address_ = *address;
                    if (self->is_over(attempt)) return;
                    if (!address) return self->lose(address.error().message);
                    self->open(*address, attempt);
                  });
  }

  void open(const IpAddress& address, std::uint64_t attempt) {
    socket_.emplace(loop_.impl().context);
    socket_->async_connect(http::to_tcp_endpoint({address, url_.port}),
                           [self = shared_from_this(), attempt](const error_code& error) {
                             if (self->is_over(attempt)) return;
                             if (error) return self->lose(error.message());
                             self->greet(attempt);
                           });
  }

  // Who we are, which of its databases, and whether it answers.
  void greet(std::uint64_t attempt) {
    reader_ = {};
    read(attempt);
    const auto must = [this](const Result<RespReply>& reply) {
      if (!reply) return;
      if (const auto* wrong = std::get_if<RespError>(&*reply)) lose(wrong->text);
    };
    if (!url_.password.empty() && !url_.user.empty()) {
      send(std::array<std::string_view, 3>{"AUTH", url_.user, url_.password}, must);
    } else if (!url_.password.empty()) {
      send(std::array<std::string_view, 2>{"AUTH", url_.password}, must);
    }
    if (url_.database != 0) {
      send(std::array<std::string_view, 2>{"SELECT", std::to_string(url_.database)}, must);
    }
    send(std::array<std::string_view, 1>{"PING"}, [this](const Result<RespReply>& reply) {
      if (!reply) return;
      if (const auto* wrong = std::get_if<RespError>(&*reply)) return lose(wrong->text);
      is_up_ = true;
      is_told_ = false;
      pause_ = kConnectAgain;
      log_.write(LogLevel::kInfo, "redis_up", {});
    });
  }

  void send(std::span<const std::string_view> words, Answer answer) {
    ++asked_;
    waiting_.push_back({std::move(answer), monotonic_now()});
    if (waiting_.size() == 1) watch();
    out_ += write_command(words);
    if (!is_writing_) write(attempt_);
  }

  void write(std::uint64_t attempt) {
    is_writing_ = true;
    sending_ = std::exchange(out_, {});
    boost::asio::async_write(
        *socket_, boost::asio::buffer(sending_),
        [self = shared_from_this(), attempt](const error_code& error, std::size_t) {
          if (self->is_over(attempt)) return;
          self->is_writing_ = false;
          if (error) return self->lose(error.message());
          if (!self->out_.empty()) self->write(attempt);
        });
  }

  void read(std::uint64_t attempt) {
    socket_->async_read_some(
        boost::asio::buffer(in_),
        [self = shared_from_this(), attempt](const error_code& error, std::size_t size) {
          if (self->is_over(attempt)) return;
          if (error) return self->lose(error.message());
          self->reader_.append({self->in_.data(), size});
          self->take_replies(attempt);
          if (!self->is_over(attempt)) self->read(attempt);
        });
  }

  void take_replies(std::uint64_t attempt) {
    while (!is_over(attempt)) {
      auto reply = reader_.next();
      if (!reply) return lose(reply.error());
      if (!*reply) break;
      if (waiting_.empty()) return lose("an answer to nothing");
      Waiting first = std::move(waiting_.front());
      waiting_.pop_front();
      const auto* wrong = std::get_if<RespError>(&**reply);
      const bool is_unable = wrong != nullptr && is_of_its_state(wrong->text);
      const std::string why = is_unable ? wrong->text : "";
      first.answer(std::move(**reply));
      if (is_unable && !is_over(attempt)) return lose(why);
    }
    if (!is_over(attempt)) watch();
  }

  // Of the one that has waited longest.
  void watch() {
    if (waiting_.empty()) return late_.cancel();
    late_.set(waiting_.front().since + kAnswerTime, [this] { lose("no answer in time"); });
  }

  void lose(std::string_view why) {
    ++lost_;
    if (!std::exchange(is_told_, true)) {
      log_.write(LogLevel::kWarn, "redis_away", {{"reason", Private{std::string(why)}}});
    }
    close();
    if (is_stopped_) return;
    // Not all nodes at once when it is back.
    const Instant now = monotonic_now();
    const auto jitter = std::chrono::milliseconds(now.time_since_epoch().count() / 1000 % 500);
    again_.set(now + pause_ + jitter, [this] { connect(); });
    pause_ = std::min(2 * pause_, kConnectAgainMax);
  }

  // Who waits is told, as long as there is somebody; what they ask then is refused.
  void close() {
    ++attempt_;
    is_up_ = false;
    is_writing_ = false;
    out_.clear();
    socket_.reset();
    late_.cancel();
    auto waiting = std::exchange(waiting_, {});
    if (is_stopped_) return;
    for (Waiting& each : waiting) each.answer(away());
  }

  bool is_over(std::uint64_t attempt) const { return attempt != attempt_; }

  http::EventLoop& loop_;
  const RedisUrl url_;
  LogSink& log_;
  http::LoopTimer again_;
  http::LoopTimer late_;
  std::uint64_t attempt_ = 0;  // what belongs to an earlier one is not heard any more
  std::optional<tcp::socket> socket_;
  std::array<char, 16'384> in_{};
  RespReader reader_;
  std::string out_;
  std::string sending_;
  bool is_writing_ = false;
  std::deque<Waiting> waiting_;
  bool is_up_ = false;
  bool is_told_ = false;
  bool is_looking_up_ = false;
  std::optional<IpAddress> address_;  // as it was last
  Duration pause_ = kConnectAgain;
  bool is_stopped_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t lost_ = 0;
};

Redis::Redis(http::EventLoop& loop, RedisUrl url, LogSink& log)
    : impl_(std::make_shared<Impl>(loop, std::move(url), log)) {
  impl_->start();
}

Redis::~Redis() {
  impl_->stop();
}

bool Redis::is_up() const {
  return impl_->is_up();
}

void Redis::ask(std::span<const std::string_view> words, Answer answer) {
  impl_->ask(words, std::move(answer));
}

void Redis::expose(metrics::Exposition& out) const {
  impl_->expose(out);
}

}  // namespace confab::redis
