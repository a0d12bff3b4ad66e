// One request over a stream of either kind. Private to this module.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <string>
#include <utility>

#include "platform/http/event_loop_impl.h"
#include "platform/http_client/client_stream.h"

namespace confab::http {

// The methods that our clients use.
inline boost::beast::http::verb to_verb(Method method) {
  switch (method) {
    case Method::kPost:
      return boost::beast::http::verb::post;
    case Method::kPut:
      return boost::beast::http::verb::put;
    case Method::kPatch:
      return boost::beast::http::verb::patch;
    case Method::kDelete:
      return boost::beast::http::verb::delete_;
    default:
      return boost::beast::http::verb::get;
  }
}

using FetchDone = std::move_only_function<void(Result<Response>)>;

template <typename Stream>
class Fetch final : public std::enable_shared_from_this<Fetch<Stream>> {
 public:
  Fetch(boost::asio::io_context& context, const ClientTarget& target, FetchDone done)
      : target_(target),
        stream_(StreamMaker<Stream>::make(context, target)),
        deadline_(context),
        done_(std::move(done)) {}

  void start(boost::beast::http::verb method, std::string path, std::string body) {
    request_.method(method);
    request_.target(path);
    request_.version(11);
    request_.set(boost::beast::http::field::host, target_.origin.authority());
    request_.set(boost::beast::http::field::connection, "close");
    if (!body.empty()) request_.set(boost::beast::http::field::content_type, "application/json");
    for (const auto& [name, value] : target_.headers) request_.set(name, value);
    request_.body() = std::move(body);
    request_.prepare_payload();
    auto self = this->shared_from_this();
    deadline_.expires_after(target_.timeout);
    deadline_.async_wait([self](const boost::system::error_code& error) {
      if (!error) self->finish(fail(ErrorCode::kTimeout, "no answer in time"));
    });
    boost::asio::co_spawn(deadline_.get_executor(), run(self), boost::asio::detached);
  }

 private:
  // The parameter keeps the object as long as the coroutine lives.
  boost::asio::awaitable<void> run(std::shared_ptr<Fetch> self) {
    if (const auto error = co_await open_stream(stream_, target_)) {
      co_return self->finish(fail(ErrorCode::kUnavailable, error.message()));
    }
    const auto [write_error, written] =
        co_await boost::beast::http::async_write(stream_, request_, kAwait);
    if (write_error) co_return self->finish(fail(ErrorCode::kUnavailable, write_error.message()));
    boost::beast::flat_buffer buffer;
    boost::beast::http::response<boost::beast::http::string_body> answer;
    const auto [read_error, size] =
        co_await boost::beast::http::async_read(stream_, buffer, answer, kAwait);
    if (read_error) co_return self->finish(fail(ErrorCode::kUnavailable, read_error.message()));
    Response response;
    response.status = answer.result_int();
    for (const auto& field : answer) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = std::move(answer.body());
    finish(std::move(response));
  }

  void finish(Result<Response> result) {
    if (!done_) return;
    deadline_.cancel();
    boost::system::error_code ignored;
    lowest_layer(stream_).close(ignored);
    std::exchange(done_, nullptr)(std::move(result));
  }

  ClientTarget target_;
  Stream stream_;
  boost::asio::steady_timer deadline_;
  FetchDone done_;
  boost::beast::http::request<boost::beast::http::string_body> request_;
};

}  // namespace confab::http
