#include "bench/janus/session.h"

#include <boost/json.hpp>
#include <unordered_map>
#include <utility>

#include "platform/json/json.h"

namespace confab::bench {
namespace {

namespace bj = boost::json;

constexpr std::size_t kMessageBytesMax = 4 * 1024 * 1024;

const bj::object& object_in(const bj::object& object, std::string_view name) {
  static const bj::object nothing;
  const bj::value* const found = object.if_contains(name);
  const bj::object* const member = found != nullptr ? found->if_object() : nullptr;
  return member != nullptr ? *member : nothing;
}

std::string string_in(const bj::object& object, std::string_view name) {
  const bj::value* const found = object.if_contains(name);
  const bj::string* const text = found != nullptr ? found->if_string() : nullptr;
  return text != nullptr ? std::string(*text) : std::string();
}

}  // namespace

struct JanusSession::Core {
  using Answered = std::move_only_function<void(const bj::object& answer)>;

  std::shared_ptr<http::ClientWebSocket> socket;
  OnClosed on_closed;
  std::unordered_map<std::string, Answered> waiting;
  std::int64_t session = 0;
  std::uint64_t last_transaction = 0;

  void request(bj::object message, Answered answered) {
    if (!socket) return;
    const std::string transaction = std::to_string(++last_transaction);
    message["transaction"] = transaction;
    if (session != 0) message["session_id"] = session;
    waiting.emplace(transaction, std::move(answered));
    socket->send(json::serialize(message));
  }

  void take(const std::string& text) {
    const auto parsed = json::parse(text, kMessageBytesMax);
    if (!parsed || !parsed->is_object()) return end("Janus sent what is no object");
    const bj::object& message = parsed->get_object();
    const std::string what = string_in(message, "janus");
    // An acknowledgement says that the answer will come as an event.
    if (what == "ack") return;
    const bj::object& data = object_in(object_in(message, "plugindata"), "data");
    if (what == "error") return end(json::serialize(object_in(message, "error")));
    if (data.contains("error")) return end(json::serialize(data));
    auto found = waiting.extract(string_in(message, "transaction"));
    if (!found.empty()) found.mapped()(message);
  }

  void end(std::string_view why) {
    // Closing calls back in: by then there is nobody to tell any more.
    const auto closed = std::exchange(on_closed, nullptr);
    const auto last = std::exchange(socket, nullptr);
    if (last) last->close();
    waiting.clear();
    if (closed) closed(why);
  }
};

JanusSession::JanusSession(http::EventLoop& loop, const http::ClientTarget& target,
                           std::function<void()> on_ready, OnClosed on_closed)
    : core_(std::make_shared<Core>()) {
  core_->on_closed = std::move(on_closed);
  core_->socket = http::open_websocket(
      loop, target, "/",
      {.on_open =
           [core = core_, on_ready = std::move(on_ready)] {
             core->request({{"janus", "create"}}, [core, on_ready](const bj::object& answer) {
               const bj::value* const id = object_in(answer, "data").if_contains("id");
               core->session = id != nullptr && id->is_int64() ? id->get_int64() : 0;
               on_ready();
             });
           },
       .on_text = [core = core_](const std::string& text) { core->take(text); },
       .on_closed = [core = core_](std::string_view why) { core->end(why); }});
}

JanusSession::~JanusSession() {
  core_->on_closed = nullptr;
  core_->end("");
}

void JanusSession::attach(std::function<void(HandleId)> then) {
  core_->request({{"janus", "attach"}, {"plugin", "janus.plugin.videoroom"}},
                 [then = std::move(then)](const bj::object& answer) {
                   const bj::value* const id = object_in(answer, "data").if_contains("id");
                   then(id != nullptr && id->is_int64() ? id->get_int64() : 0);
                 });
}

void JanusSession::message(HandleId handle, const bj::object& body, std::string_view type,
                           const std::string& sdp, std::function<void(const PluginAnswer&)> then) {
  bj::object message{{"janus", "message"}, {"handle_id", handle}, {"body", body}};
  if (!sdp.empty()) message["jsep"] = bj::object{{"type", type}, {"sdp", sdp}};
  core_->request(std::move(message), [then = std::move(then)](const bj::object& answer) {
    then({.data = object_in(object_in(answer, "plugindata"), "data"),
          .sdp = string_in(object_in(answer, "jsep"), "sdp")});
  });
}

}  // namespace confab::bench
