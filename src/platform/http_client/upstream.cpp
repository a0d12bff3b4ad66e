#include "platform/http_client/upstream.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <optional>
#include <utility>

#include "platform/http/stream_bytes.h"
#include "platform/http/tcp_endpoint.h"
#include "platform/http_client/upstream_pool.h"

namespace confab::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using Socket = Upstream::Pool::Socket;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// The far end of a tunnel.
class UpstreamStream final : public ByteStream,
                             public std::enable_shared_from_this<UpstreamStream> {
 public:
  explicit UpstreamStream(Socket socket) : socket_(std::move(socket)) {}

  void read(Read done) override {
    read_bytes(socket_, read_size_, shared_from_this(), std::move(done));
  }
  void write(std::string bytes, Written done) override {
    write_bytes(socket_, shared_from_this(), std::move(bytes), std::move(done));
  }
  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  ReadSize read_size_;
};

class Call final : public UpstreamCall, public std::enable_shared_from_this<Call> {
 public:
  Call(std::shared_ptr<Upstream::Pool> pool, UpstreamRequest request, Upstream::Done done)
      : pool_(std::move(pool)),
        request_(std::move(request)),
        done_(std::move(done)),
        socket_(pool_->context),
        deadline_(pool_->context) {}

  void start() { asio::co_spawn(pool_->context, run(shared_from_this()), asio::detached); }

  void abandon() override {
    done_ = nullptr;
    give_up();
  }

  // ---- for the body ----
  void read(BodySource::Read done);
  void give_up() {
    deadline_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  using Parser = beast_http::response_parser<beast_http::buffer_body>;
  using Outcome = std::expected<void, UpstreamFailure>;
  static constexpr std::size_t kPieceBytes = 64 * 1024;

  asio::awaitable<void> run(std::shared_ptr<Call> self);
  asio::awaitable<Outcome> open(bool& is_kept);
  asio::awaitable<Outcome> exchange();
  asio::awaitable<Outcome> collect(std::string& body);
  Response head() const;
  void finish(std::expected<UpstreamAnswer, UpstreamFailure> outcome);
  void read_piece(std::unique_ptr<std::string> piece, BodySource::Read done);
  // The whole answer is here.
  void release();
  void set_deadline(Duration time);

  const std::shared_ptr<Upstream::Pool> pool_;  // see Upstream::pool_
  const UpstreamRequest request_;
  Upstream::Done done_;
  Socket socket_;
  asio::steady_timer deadline_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::uint64_t body_left_ = 0;
  bool is_late_ = false;
};

// The body of a call, for whoever sends it on.
class CallBody final : public BodySource {
 public:
  explicit CallBody(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~CallBody() override { call_->give_up(); }
  CallBody(const CallBody&) = delete;
  CallBody& operator=(const CallBody&) = delete;

  void read(Read done) override { call_->read(std::move(done)); }

 private:
  const std::shared_ptr<Call> call_;  // shared with the operations under way
};

void Call::set_deadline(Duration time) {
  is_late_ = false;
  deadline_.expires_after(time);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->is_late_ = true;
    boost::system::error_code ignored;
    self->socket_.close(ignored);
  });
}

// The parameter keeps the object as long as the coroutine lives.
asio::awaitable<void> Call::run(std::shared_ptr<Call> self) {
  bool is_kept = !request_.is_upgrade;
  Outcome outcome = co_await open(is_kept);
  if (outcome) outcome = co_await exchange();
  // A server may have closed a kept connection in this moment.
  const bool is_again = !outcome && outcome.error() == UpstreamFailure::kNoAnswer && is_kept &&
                        request_.is_repeatable && done_;
  if (is_again) {
    is_kept = false;
    socket_ = Socket(pool_->context);
    outcome = co_await open(is_kept);
    if (outcome) outcome = co_await exchange();
  }
  if (!outcome) co_return finish(std::unexpected(outcome.error()));

  UpstreamAnswer answer{head(), nullptr};
  const bool is_switched = answer.response.status == 101;
  if (is_switched ? !request_.is_upgrade : answer.response.status < 200) {
    co_return finish(std::unexpected(UpstreamFailure::kBroken));
  }
  if (is_switched) {
    deadline_.cancel();
    answer.response.body = boost::beast::buffers_to_string(buffer_.data());
    answer.stream = std::make_shared<UpstreamStream>(std::move(socket_));
    co_return finish(std::move(answer));
  }
  const auto length = parser_->content_length();
  if (parser_->is_done()) {
    // HEAD says how long the body would be.
    if (request_.is_head && length) answer.response.source_bytes = *length;
    if (request_.is_head) answer.response.source = std::make_shared<CallBody>(self);
    release();
  } else if (length) {
    body_left_ = answer.response.source_bytes = *length;
    answer.response.source = std::make_shared<CallBody>(self);
    deadline_.cancel();
  } else {
    if (const auto all = co_await collect(answer.response.body); !all) {
      co_return finish(std::unexpected(all.error()));
    }
    release();
  }
  finish(std::move(answer));
}

asio::awaitable<Call::Outcome> Call::open(bool& is_kept) {
  if (is_kept) {
    if (auto kept = pool_->take(request_.to)) {
      ++pool_->counts.connections_reused;
      socket_ = *std::move(kept);
      co_return Outcome{};
    }
    is_kept = false;
  }
  set_deadline(pool_->options.connect_timeout);
  const auto [error] = co_await socket_.async_connect(to_tcp_endpoint(request_.to), kAwait);
  if (error) {
    ++pool_->counts.connections_failed;
    co_return std::unexpected(UpstreamFailure::kUnreachable);
  }
  ++pool_->counts.connections_made;
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return Outcome{};
}

asio::awaitable<Call::Outcome> Call::exchange() {
  set_deadline(request_.answer_timeout);
  const auto failed = [this](UpstreamFailure otherwise) {
    return std::unexpected(is_late_ ? UpstreamFailure::kTimeout : otherwise);
  };
  const std::array<asio::const_buffer, 2> all = {asio::buffer(request_.head),
                                                 asio::buffer(request_.body)};
  const auto [write_error, written] = co_await asio::async_write(socket_, all, kAwait);
  if (write_error) co_return failed(UpstreamFailure::kNoAnswer);
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(pool_->options.header_bytes_max));
  parser_->body_limit(boost::none);  // its pieces are limited, or what is collected
  parser_->skip(request_.is_head);
  const auto [read_error, size] =
      co_await beast_http::async_read_header(socket_, buffer_, *parser_, kAwait);
  if (!read_error) co_return Outcome{};
  const bool is_silent = buffer_.size() == 0 && !parser_->got_some();
  co_return failed(is_silent ? UpstreamFailure::kNoAnswer : UpstreamFailure::kBroken);
}

asio::awaitable<Call::Outcome> Call::collect(std::string& body) {
  std::string piece(kPieceBytes, '\0');
  while (!parser_->is_done()) {
    set_deadline(pool_->options.idle_timeout);
    parser_->get().body() = {piece.data(), piece.size(), true};
    const auto [error, size] =
        co_await beast_http::async_read_some(socket_, buffer_, *parser_, kAwait);
    if (error && error != beast_http::error::need_buffer) {
      co_return std::unexpected(UpstreamFailure::kBroken);
    }
    body.append(piece, 0, piece.size() - parser_->get().body().size);
    if (body.size() > pool_->options.unmeasured_bytes_max) {
      co_return std::unexpected(UpstreamFailure::kBroken);
    }
  }
  co_return Outcome{};
}

Response Call::head() const {
  Response response;
  response.status = parser_->get().result_int();
  for (const auto& field : parser_->get()) {
    response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  return response;
}

void Call::finish(std::expected<UpstreamAnswer, UpstreamFailure> outcome) {
  if (!outcome) give_up();
  if (auto done = std::exchange(done_, nullptr)) return done(std::move(outcome));
  give_up();
}

void Call::read(BodySource::Read done) {
  if (body_left_ == 0) {
    asio::post(pool_->context, [done = std::move(done)]() mutable { done(std::string()); });
    return;
  }
  const std::size_t size = std::min<std::uint64_t>(body_left_, kPieceBytes);
  set_deadline(pool_->options.idle_timeout);
  read_piece(std::make_unique<std::string>(size, '\0'), std::move(done));
}

void Call::read_piece(std::unique_ptr<std::string> piece, BodySource::Read done) {
  parser_->get().body() = {piece->data(), piece->size(), true};
  beast_http::async_read_some(
      socket_, buffer_, *parser_,
      [self = shared_from_this(), piece = std::move(piece), done = std::move(done)](
          const boost::system::error_code& error, std::size_t) mutable {
        if (error && error != beast_http::error::need_buffer) {
          self->give_up();
          return done(fail(ErrorCode::kUnavailable, error.message()));
        }
        const std::size_t count = piece->size() - self->parser_->get().body().size;
        if (count == 0 && !self->parser_->is_done()) {
          return self->read_piece(std::move(piece), std::move(done));
        }
        self->body_left_ -= count;
        self->deadline_.cancel();
        if (self->parser_->is_done()) self->release();
        piece->resize(count);
        done(std::move(*piece));
      });
}

void Call::release() {
  deadline_.cancel();
  const bool is_clean = socket_.is_open() && parser_->keep_alive() && buffer_.size() == 0;
  if (is_clean) pool_->give_back(request_.to, std::move(socket_));
}

}  // namespace

std::string_view upstream_failure_name(UpstreamFailure failure) {
  switch (failure) {
    case UpstreamFailure::kUnreachable:
      return "unreachable";
    case UpstreamFailure::kNoAnswer:
      return "no_answer";
    case UpstreamFailure::kTimeout:
      return "timeout";
    case UpstreamFailure::kBroken:
      return "broken";
  }
  return "";
}

Upstream::Upstream(EventLoop& loop, const UpstreamOptions& options)
    : pool_(std::make_shared<Pool>(loop, options)) {}
Upstream::~Upstream() = default;

std::shared_ptr<UpstreamCall> Upstream::call(UpstreamRequest request, Done done) {
  auto call = std::make_shared<Call>(pool_, std::move(request), std::move(done));
  call->start();
  return call;
}

const Upstream::Counts& Upstream::counts() const {
  return pool_->counts;
}

std::size_t Upstream::kept_connections() const {
  return pool_->size();
}

}  // namespace confab::http
