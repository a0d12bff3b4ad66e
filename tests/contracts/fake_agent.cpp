#include "fake_agent.h"

#include <boost/json.hpp>
#include <future>
#include <list>
#include <map>
#include <thread>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/server.h"
#include "platform/json/json.h"
#include "put.h"

namespace confab::discovery {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

std::string base64(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j <= text.size() ? kLetters[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

// What one run of the agent knows, and who waits for a change of it. Loop thread.
class Books {
 public:
  Books(http::EventLoop& loop, const Endpoint& at) : server_(loop, {}, null_log()), timer_(loop) {
    server_.route(Method::kPut, "/v1/agent/service/register",
                  [this](const Request& request, Responder responder) {
                    enter(request.body);
                    done(std::move(responder));
                  });
    server_.route(Method::kPut, "/v1/agent/service/deregister/:id",
                  [this](const Request& request, Responder responder) {
                    services_.erase(request.params.at("id"));
                    done(std::move(responder));
                  });
    server_.route(Method::kPut, "/v1/agent/service/maintenance/:id",
                  [this](const Request& request, Responder responder) {
                    const auto at_id = services_.find(request.params.at("id"));
                    if (at_id != services_.end()) at_id->second.is_in_maintenance = true;
                    done(std::move(responder));
                  });
    server_.route(Method::kPut, "/v1/agent/check/pass/:id",
                  [this](const Request& request, Responder responder) {
                    pass(request.params.at("id"), std::move(responder));
                  });
    server_.route(Method::kGet, "/v1/health/service/:name",
                  [this](const Request& request, Responder responder) {
                    wait_or_answer(request, std::move(responder),
                                   [this, request] { return health(request.params.at("name")); });
                  });
    server_.route(Method::kGet, "/v1/kv/*", [this](const Request& request, Responder responder) {
      wait_or_answer(request, std::move(responder),
                     [this, request] { return values(request.path.substr(7)); });
    });
    server_.route(Method::kPut, "/v1/kv/*", [this](const Request& request, Responder responder) {
      values_[request.path.substr(7)] = request.body;
      done(std::move(responder));
    });
    endpoint_ = *server_.listen(at);
    look();
  }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct Service {
    boost::json::object said;
    Instant ttl_until{};
    bool is_in_maintenance = false;
    bool was_late = false;
  };
  struct Waiting {
    std::uint64_t index;
    Instant until;
    Responder responder;
    std::function<Response()> answer;
  };

  void enter(const std::string& body) {
    Service service{json::parse(body)->as_object(), monotonic_now() + 10s};
    const std::string id(service.said.at("ID").as_string());
    services_[id] = std::move(service);
  }

  // Of the one TTL check that our registrations have.
  void pass(const std::string& check, Responder responder) {
    for (auto& [id, service] : services_) {
      if ("alive:" + id != check) continue;
      service.ttl_until = monotonic_now() + 10s;
      if (std::exchange(service.was_late, false)) changed();
      return responder.send(Response::text(200, ""));
    }
    responder.send(Response::text(500, "Unknown check"));
  }

  void done(Responder responder) {
    responder.send(Response::text(200, "true"));
    changed();
  }

  void changed() {
    ++index_;
    release();
  }

  void wait_or_answer(const Request& request, Responder responder,
                      std::function<Response()> answer) {
    const auto index = request.query_value("index");
    Waiting waiting{index ? std::stoull(*index) : 0, monotonic_now() + 30s, std::move(responder),
                    std::move(answer)};
    waiting_.push_back(std::move(waiting));
    release();
  }

  void release() {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      if (at->index != 0 && at->index >= index_ && monotonic_now() < at->until) {
        ++at;
        continue;
      }
      Response response = at->answer();
      response.headers.emplace_back("X-Consul-Index", std::to_string(index_));
      at->responder.send(std::move(response));
      at = waiting_.erase(at);
    }
  }

  Response health(const std::string& name) const {
    boost::json::array all;
    for (const auto& [id, service] : services_) {
      if (service.said.at("Name").as_string() != name) continue;
      boost::json::object said = service.said;
      said.erase("Checks");
      const bool is_bad = service.is_in_maintenance || service.was_late;
      all.push_back(
          {{"Node", {{"Address", "127.0.0.1"}}},
           {"Service", std::move(said)},
           {"Checks", {{{"Status", "passing"}}, {{"Status", is_bad ? "critical" : "passing"}}}}});
    }
    return Response::json(200, json::serialize(all));
  }

  Response values(const std::string& prefix) const {
    boost::json::array all;
    for (const auto& [key, value] : values_) {
      if (key.starts_with(prefix)) all.push_back({{"Key", key}, {"Value", base64(value)}});
    }
    return all.empty() ? Response::text(404, "") : Response::json(200, json::serialize(all));
  }

  void look() {
    for (auto& [id, service] : services_) {
      if (service.ttl_until > monotonic_now() || std::exchange(service.was_late, true)) continue;
      ++index_;
    }
    release();
    timer_.set(monotonic_now() + 200ms, [this] { look(); });
  }

  http::HttpServer server_;
  http::LoopTimer timer_;
  Endpoint endpoint_;
  std::map<std::string, Service> services_;
  std::map<std::string, std::string> values_;
  std::list<Waiting> waiting_;
  std::uint64_t index_ = 1;
};

class FakeAgent final : public Agent {
 public:
  FakeAgent() { start(); }
  ~FakeAgent() override {
    thaw();
    stop();
    loop_.stop();
  }

  std::string url() const override { return "http://" + endpoint_.to_string(); }
  void start() override {
    ask([this] {
      books_ = std::make_unique<Books>(loop_, endpoint_);
      endpoint_ = books_->endpoint();
    });
  }
  void stop() override {
    ask([this] { books_ = nullptr; });
  }
  void freeze() override {
    loop_.post([still = frozen_.get_future()]() mutable { still.wait(); });
  }
  void thaw() override {
    frozen_.set_value();
    frozen_ = {};
  }
  void put_value(const std::string& key, const std::string& value) override {
    put("/v1/kv/" + key, value);
  }
  void forget_service(const std::string& id) override {
    put("/v1/agent/service/deregister/" + id, "");
  }

 private:
  void ask(std::function<void()> what);
  void put(const std::string& path, const std::string& body);

  http::EventLoop loop_;
  Endpoint endpoint_{IpAddress::v4(0x7f000001), 0};
  std::unique_ptr<Books> books_;
  std::promise<void> frozen_;
  std::jthread thread_{[this] { loop_.run(); }};
};

void FakeAgent::ask(std::function<void()> what) {
  std::promise<void> done;
  loop_.post([&] {
    what();
    done.set_value();
  });
  done.get_future().wait();
}

void FakeAgent::put(const std::string& path, const std::string& body) {
  put_to(endpoint_, path, body);
}

}  // namespace

std::unique_ptr<Agent> make_fake_agent() {
  return std::make_unique<FakeAgent>();
}

}  // namespace confab::discovery
