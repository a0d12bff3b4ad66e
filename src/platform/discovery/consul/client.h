// Everything that is asked of one Consul agent: watches of services and values, and this process's
// own registration. Sans-IO: hand in answers and the time, drain poll() after each call, and ask
// what it says.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "platform/discovery/consul/registrar.h"
#include "platform/discovery/consul/service_view.h"
#include "platform/discovery/consul/watch.h"
#include "platform/discovery/discovery.h"

namespace confab::discovery::consul {

enum class QuestionId : std::uint64_t {};

struct Question {
  QuestionId id{};
  bool is_put = false;  // otherwise GET
  std::string path;
  std::string body;
  Duration patience{};
};
// A watched service is as view says.
struct ServiceChanged {
  std::string service;
  std::vector<Instance> instances;
};
struct ValuesChanged {
  std::string prefix;
  Values values;
};
struct Left {};
using Output = std::variant<Question, ServiceChanged, ValuesChanged, Left>;

struct Answer {
  unsigned status = 0;
  std::string_view index;  // X-Consul-Index
  std::string_view body;
};

class Client {
 public:
  void watch_service(std::string name);
  void watch_values(std::string prefix);
  void announce(Registration registration);
  void drain(Instant now);
  // Answered by Left; at once where nothing was announced.
  void leave(Instant now);

  // Nothing: there was no answer. An id is answered once; others are passed over.
  void handle_answer(Instant now, QuestionId id, const std::optional<Answer>& answer);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  bool poll(Output& out);

  Discovery::Counts counts() const;
  // The last answer was one.
  bool is_reachable() const { return is_reachable_; }

 private:
  struct ServiceWatch {
    std::string name;
    Watch watch;
    ServiceView view;
  };
  struct ValuesWatch {
    std::string prefix;
    Watch watch;
    std::optional<Values> known;
    // An agent that lost its memory said that there are none: until it has some, that is no news.
    bool doubts_empty = false;
  };
  // Of a question that is under way: the watch's place in its list, or the registrar.
  enum class Asker : std::uint8_t { kService, kValues, kRegistrar };
  struct Asked {
    Asker asker{};
    std::size_t index = 0;
  };

  void ask(Asker asker, std::size_t index, bool is_put, std::string path, std::string body,
           Duration patience);
  void handle_service(Instant now, ServiceWatch& service, const std::optional<Answer>& answer);
  void handle_values(Instant now, ValuesWatch& values, const std::optional<Answer>& answer);
  void handle_registrar(Instant now, const std::optional<Answer>& answer);
  Watch::News news_of(Watch& watch, const Answer& answer);
  void fail(Watch& watch, Instant now, std::uint64_t& counter);

  std::vector<ServiceWatch> services_;
  std::vector<ValuesWatch> values_;
  std::optional<Registrar> registrar_;
  std::map<QuestionId, Asked> asked_;
  std::uint64_t last_question_ = 0;
  std::deque<Output> out_;
  Discovery::Counts counts_;
  bool is_reachable_ = true;
};

}  // namespace confab::discovery::consul
