// A server's surroundings for tests: virtual time, a store and a media plane that answer at once
// (or not, if told so), and what each client was told.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "call/call.h"
#include "gtest/gtest.h"

namespace confab::call::testing {

// The media plane's bookkeeping: what is open, and answers as a real one would give them.
class FakeMedia {
 public:
  explicit FakeMedia(Random& random) : random_(random) {}

  control::MediaResult carry_out(const control::MediaCommand& command);
  bool is_empty() const {
    return meetings.empty() && transports.empty() && producers.empty() && consumers.empty();
  }
  void lose(MeetingId meeting);

  std::map<MeetingId, int> meetings;
  std::map<TransportId, MeetingId> transports;
  std::map<TransportId, ParticipantId> of_participant;
  std::map<MeetingId, std::set<ParticipantId>> admitted;
  int strangers = 0;  // who were given a transport and had not been admitted
  // What it was told of each transport, and how often it was told such a thing.
  std::map<TransportId, ortc::CapabilitiesHash> capabilities;
  int capabilities_put = 0;
  std::map<ProducerId, TransportId> producers;
  std::map<ProducerId, Source> sources;  // also of those that are gone
  std::map<ProducerId, bool> paused;
  std::map<ParticipantId, control::Permits> permits;  // as it was last told
  std::map<ConsumerId, std::pair<TransportId, ProducerId>> consumers;
  control::MeetingStats stats;  // what it answers

 private:
  void close_transport(TransportId id);
  control::PermitsSet close_forbidden(ParticipantId participant, const control::Permits& allowed);
  Random& random_;
};

class World {
 public:
  explicit World(const Options& options = {}, std::uint64_t seed = 1);

  // ---- clients ----
  ConnectionId connect() { return {++last_connection_}; }
  // Asks, and lets everything happen that follows.
  RequestNumber ask(ConnectionId from, Request request);
  // The answer to the last request of a connection; fails the test if there is none.
  template <typename T>
  T& answer(ConnectionId from) {
    Result<ReplyBody>& result = reply(from);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return std::get<T>(*result);
  }
  ErrorCode refusal(ConnectionId from);
  const Result<ReplyBody>& last_reply(ConnectionId from) { return reply(from); }
  // The same by REST.
  Result<ReplyBody> operate(Request request, bool is_admin = true, const std::string& room = kRoom);
  // The answer if it is such a one.
  template <typename T>
  std::optional<T> if_answered(ConnectionId from) const {
    const auto it = replies_.find(from);
    if (it == replies_.end() || !it->second) return std::nullopt;
    const T* wanted = std::get_if<T>(&*it->second);
    return wanted ? std::optional(*wanted) : std::nullopt;
  }
  bool has_reply(ConnectionId from) const { return replies_.contains(from); }
  // What it was told and has not been looked at yet.
  template <typename T>
  std::vector<T> told(ConnectionId who) {
    std::vector<T> out;
    std::erase_if(notices_[who], [&](Notice& notice) {
      T* wanted = std::get_if<T>(&notice);
      if (wanted) out.push_back(std::move(*wanted));
      return wanted != nullptr;
    });
    return out;
  }
  bool was_disconnected(ConnectionId who) const { return disconnected_.contains(who); }
  void forget_notices() { notices_.clear(); }

  // ---- shortcuts ----
  JoinedMeeting join(ConnectionId from, const std::string& name, const std::string& room = kRoom);
  JoinedMeeting resume(ConnectionId from, const JoinedMeeting& before, bool keep_media);
  static Join newcomer(const std::string& name, const std::string& room = kRoom);
  static ResumeClaims claims(const JoinedMeeting& joined);
  TransportId make_transport(ConnectionId from, control::TransportDirection direction);
  ProducerId produce(ConnectionId from, Source source, bool paused = false);
  ConsumerMade consume(ConnectionId from, ProducerId producer);

  // ---- surroundings ----
  void happen(Event event);
  void pass(Duration time);
  // Answers what the store and the media plane kept back.
  void release_answers();

  static constexpr const char* kRoom = "abc-defg-hij";

  Instant now{};
  SeededRandom random;
  Call call;
  FakeMedia media;
  bool store_answers = true;
  bool media_answers = true;
  bool passwords_answer = true;
  std::optional<Error> store_error;
  std::optional<Error> media_error;
  std::map<std::string, Room> rooms;
  std::vector<SaveChat> saved;  // what the store was asked to keep
  std::vector<control::MediaCommand> kept_commands;
  std::vector<std::string> kept_loads;
  std::vector<SaveChat> kept_saves;
  std::vector<CheckPassword> kept_checks;
  std::optional<Result<ReplyBody>> operator_reply;  // the last
  std::vector<Happened> happened;
  std::vector<MessageId> dropped;

 private:
  Result<ReplyBody>& reply(ConnectionId from);
  Event saved_answer(const SaveChat& action) const;
  void drain();
  void perform(Reply& action);
  void perform(Notify& action);
  void perform(Disconnect& action);
  void perform(control::MediaCommand& action);
  void perform(LoadRoom& action);
  void perform(SaveChat& action);
  void perform(SaveToken& action);
  void perform(Happened& action) { happened.push_back(std::move(action)); }
  void perform(SaveSettings& action);
  void perform(SavePerson& action);
  void perform(DropBan& action);
  void perform(DropMessage& action);
  void perform(CheckPassword& action);
  void perform(HashPassword& action);

  std::uint64_t last_connection_ = 0;
  RequestNumber last_request_ = 0;
  bool is_draining_ = false;
  std::deque<Event> queue_;
  std::map<ConnectionId, Result<ReplyBody>> replies_;
  std::map<ConnectionId, std::vector<Notice>> notices_;
  std::map<ConnectionId, bool> disconnected_;
};

}  // namespace confab::call::testing
