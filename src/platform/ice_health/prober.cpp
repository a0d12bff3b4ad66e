#include "platform/ice_health/prober.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/event_loop_impl.h"
#include "platform/ice_health/answer.h"

namespace confab::ice_health {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Udp = asio::ip::udp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// One question, from the look-up of the name to the answer or the end of patience. Kept alive by
// its coroutine and its timer.
class Attempt final : public std::enable_shared_from_this<Attempt> {
 public:
  using Done = std::move_only_function<void(bool is_there)>;

  Attempt(asio::io_context& context, Target target, const stun::TransactionId& id, Done done)
      : target_(std::move(target)),
        question_(id),
        done_(std::move(done)),
        tls_context_(asio::ssl::context::tls_client),
        resolver_(context),
        udp_(context),
        stream_(context, tls_context_),
        deadline_(context) {}

  void start() {
    deadline_.expires_after(Book::kPatience);
    deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->finish(false);
    });
    asio::co_spawn(deadline_.get_executor(), run(shared_from_this()), asio::detached);
  }

 private:
  // The parameter keeps the object as long as the coroutine lives.
  asio::awaitable<void> run(std::shared_ptr<Attempt> self) {
    const auto address = co_await look_up();
    // The time may have run out meanwhile: what is opened now, nobody would close.
    if (!address || !done_) co_return finish(false);
    if (!target_.is_tcp) co_return finish(co_await ask_by_datagram(*address));
    const auto [error] =
        co_await stream_.next_layer().async_connect(Tcp::endpoint(*address, target_.port), kAwait);
    if (error || !done_) co_return finish(false);
    if (!target_.is_tls) co_return finish(co_await ask_by_stream(stream_.next_layer()));
    // Whether the certificate is good, browsers will judge, by authorities that we may not know.
    ::SSL_set_tlsext_host_name(stream_.native_handle(), target_.host.c_str());
    const auto [refused] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (refused || !done_) co_return finish(false);
    finish(co_await ask_by_stream(stream_));
  }

  asio::awaitable<std::optional<asio::ip::address>> look_up() {
    boost::system::error_code no_address;
    const auto literal = asio::ip::make_address(target_.host, no_address);
    if (!no_address) co_return literal;
    const auto [error, found] = co_await resolver_.async_resolve(target_.host, "", kAwait);
    if (error || found.empty()) co_return std::nullopt;
    co_return found.begin()->endpoint().address();
  }

  asio::awaitable<bool> ask_by_datagram(const asio::ip::address& address) {
    const Udp::endpoint server(address, target_.port);
    boost::system::error_code error;
    udp_.open(server.protocol(), error);
    // Connected, so that only the server is heard, and a port that nobody has says so at once.
    if (!error) udp_.connect(server, error);
    if (error) co_return false;
    const auto [unsent, sent] = co_await udp_.async_send(
        asio::buffer(question_.bytes().data(), question_.bytes().size()), kAwait);
    if (unsent) co_return false;
    for (;;) {
      const auto [failed, size] = co_await udp_.async_receive(asio::buffer(answer_), kAwait);
      if (failed) co_return false;
      if (question_.is_answered_by(ByteView(answer_).first(size))) co_return true;
    }
  }

  template <typename Stream>
  asio::awaitable<bool> ask_by_stream(Stream& stream) {
    const ByteView question = question_.bytes();
    const auto [unsent, sent] =
        co_await asio::async_write(stream, asio::buffer(question.data(), question.size()), kAwait);
    if (unsent) co_return false;
    std::size_t held = 0;
    for (;;) {
      const auto [failed, more] =
          co_await stream.async_read_some(asio::buffer(answer_) + held, kAwait);
      if (failed) co_return false;
      held += more;
      const auto size = message_size(ByteView(answer_).first(held));
      if (size == 0) co_return false;
      if (size && held >= *size) {
        co_return question_.is_answered_by(ByteView(answer_).first(*size));
      }
    }
  }

  void finish(bool is_there) {
    if (!done_) return;
    boost::system::error_code ignored;
    deadline_.cancel();
    resolver_.cancel();
    udp_.close(ignored);
    stream_.next_layer().close(ignored);
    std::exchange(done_, nullptr)(is_there);
  }

  const Target target_;
  const Question question_;
  Done done_;  // empty when it was called
  asio::ssl::context tls_context_;
  Tcp::resolver resolver_;
  Udp::socket udp_;
  asio::ssl::stream<Tcp::socket> stream_;
  asio::steady_timer deadline_;
  std::array<std::uint8_t, kAnswerBytesMax> answer_{};
};

std::string to_string(const Target& target) {
  return target.host + ":" + std::to_string(target.port);
}

std::string_view transport_of(const Target& target) {
  if (target.is_tls) return "tls";
  return target.is_tcp ? "tcp" : "udp";
}

}  // namespace

Prober::Prober(http::EventLoop& loop, Random& random, LogSink& log)
    : loop_(loop), random_(random), log_(log), wake_(loop) {}

Prober::~Prober() = default;

void Prober::set_urls(std::span<const std::string> urls) {
  book_.set_urls(monotonic_now(), urls);
  carry_out();
}

void Prober::carry_out() {
  Book::Output out;
  while (book_.poll(out)) {
    if (out.kind == Book::Output::Kind::kAsk) {
      ask(out.target);
      continue;
    }
    const bool is_back = out.kind == Book::Output::Kind::kBack;
    log_.write(
        is_back ? LogLevel::kInfo : LogLevel::kWarn,
        is_back ? "ice_server_back" : "ice_server_gone",
        {{"server", Private{to_string(out.target)}}, {"transport", transport_of(out.target)}});
  }
  wake_.set(book_.next_timeout(), [this] {
    book_.handle_timeout(monotonic_now());
    carry_out();
  });
}

void Prober::ask(const Target& target) {
  stun::TransactionId id;
  random_.fill(id);
  std::make_shared<Attempt>(loop_.impl().context, target, id, [this, target](bool is_there) {
    book_.handle_result(monotonic_now(), target, is_there);
    carry_out();
  })->start();
}

void Prober::expose(metrics::Exposition& out) const {
  for (const Book::Entry& entry : book_.entries()) {
    out.gauge("ice_server_up", "Whether a STUN or TURN server of the configuration answers.",
              {{"url", entry.url}}, entry.is_there ? 1 : 0);
  }
}

}  // namespace confab::ice_health
