// Meetings of the media plane for a caller that knows them by names of its own and says nothing
// when it leaves, as signaling services of the reference system do: which transports, producers and
// consumers are in which room, and what of it is closed when nobody asks for it any more. Sans-IO;
// one thread.
//
//   a transport: made ──▶ connected ──▶ gone, when its peer is (the media plane says so)
//                  └──▶ closed, if it is not connected in time
//   a room:      made ──▶ used ◀──▶ idle (no transports, nobody asks) ──▶ closed after a while
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/random.h"
#include "control/media.h"
#include "control/rooms/requests.h"

namespace confab::rooms {

// Chosen by who has the calls; never used again.
using CallId = std::uint64_t;

struct Limits {
  std::size_t rooms_max = 1000;
  // In all rooms, those that are being made included. What hangs on one transport the media plane
  // bounds itself (limits::kProducersPerParticipant, limits::kConsumersPerTransport).
  std::size_t transports_max = 10'000;
  // Of one room: 500 people with two each.
  std::size_t room_transports_max = 1000;
  // A list of 2000 with 1 kB of appData each is 2.4 MB; a message has 4 MB at most.
  std::size_t room_producers_max = 2000;
  // Answers that are waited for.
  std::size_t calls_max = 1024;
  // The caller closes no transports.
  Duration connect_timeout = 60s;
  Duration idle_timeout = 5min;
};

class Desk {
 public:
  // ---- what it wants done ----
  // Its answer is handed to completed().
  using Execute = control::MediaCommand;
  struct Reply {
    CallId call = 0;
    Result<Answer> answer;
  };
  using Output = std::variant<Execute, Reply>;

  // `random` makes the ids of meetings, and outlives it.
  Desk(const Limits& limits, Random& random);

  // Answered once, at once or later.
  void handle(Instant now, CallId call, const Request& request);
  // ---- of the media plane ----
  void completed(Instant now, control::MediaCompletion completion);
  void happened(Instant now, const control::MediaEvent& event);
  // No new rooms meanwhile.
  void set_draining(bool is_draining) { is_draining_ = is_draining; }

  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Drain it after each of the above.
  bool poll(Output& out);

  struct Gauges {
    std::size_t rooms = 0;
    std::size_t transports = 0;
    std::size_t producers = 0;
    std::size_t consumers = 0;
    std::size_t calls = 0;  // not answered yet
  };
  Gauges gauges() const;

  struct Counts {
    std::uint64_t calls = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(ErrorCode::kInternal) + 1> refused{};
    std::uint64_t transports_unconnected = 0;  // closed, for nobody came
    std::uint64_t rooms_idle = 0;              // closed, for nobody asked
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Room {
    std::string name;
    bool is_open = false;         // else it is being opened,
    std::vector<CallId> waiting;  // which these want to hear of
    ortc::RtpCapabilities capabilities;
    std::unordered_set<TransportId> transports;
    std::map<ProducerId, AppData> producers;
    std::size_t in_work = 0;      // commands
    std::size_t creating = 0;     // of those, transports
    std::size_t producing = 0;    // and producers
    Instant idle_until = kNever;  // set: it is in idle_
  };
  struct Transport {
    MeetingId meeting;
    Instant connect_until = kNever;  // set: it is in unconnected_
    bool is_given_peer = false;      // a ConnectTransport is on its way, or was carried out
    ortc::CapabilitiesHash told = 0;
    std::vector<ProducerId> producers;
    std::unordered_set<ConsumerId> consumers;
  };
  // Where a producer or a consumer is.
  struct Place {
    MeetingId meeting;
    TransportId transport;
  };

  // What a command was for.
  struct Opening {};
  struct Creating {};
  struct Connecting {
    TransportId transport;
  };
  struct Producing {
    TransportId transport;
    AppData app_data;
  };
  struct Telling {
    TransportId transport;
  };
  struct Consuming {
    TransportId transport;
    std::string app_data;
  };
  struct Doing {};  // its answer says it all
  using Work = std::variant<Opening, Creating, Connecting, Producing, Telling, Consuming, Doing>;
  struct Pending {
    CallId call = 0;
    MeetingId meeting;
    Work work;
  };
  using RoomEntry = std::pair<const MeetingId, Room>;
  using MediaAnswer = Result<control::MediaResult>;

  void on(Instant now, CallId call, const GetCapabilities& request);
  void on(Instant now, CallId call, const CreateTransport& request);
  void on(Instant now, CallId call, const ConnectTransport& request);
  void on(Instant now, CallId call, const Produce& request);
  void on(Instant now, CallId call, const Consume& request);
  void on(Instant now, CallId call, const ResumeConsumer& request);
  void on(Instant now, CallId call, const CloseProducer& request);
  void on(Instant now, CallId call, const SetProducerPaused& request);
  void on(Instant now, CallId call, const GetProducers& request);
  void on(Instant now, CallId call, const CleanupUser& request);
  void open(CallId call, const std::string& name);

  // The room is there, unless the media plane lost it meanwhile.
  void finish(Instant now, const Pending& done, Opening, MediaAnswer& answer);
  void finish(Instant now, const Pending& done, Creating, MediaAnswer& answer);
  void finish(Instant now, const Pending& done, const Connecting& work, MediaAnswer& answer);
  void finish(Instant now, const Pending& done, const Producing& work, MediaAnswer& answer);
  void finish(Instant now, const Pending& done, const Telling& work, MediaAnswer& answer);
  void finish(Instant now, const Pending& done, const Consuming& work, MediaAnswer& answer);
  void finish(Instant now, const Pending& done, Doing, MediaAnswer& answer);

  void on(const control::TransportStateChanged& changed);
  void on(const control::ConsumerClosed& closed);
  void on(const control::ConsumerQuality&) {}  // the reference has no word for it
  void on(const control::ActiveSpeakers&) {}
  void on(const control::UnknownEvent&) {}
  void on(const control::MeetingLost&) {}  // happened() has it

  RoomEntry* find_room(const std::string& name);
  // Of a producer that is in the room, if one was named.
  RoomEntry* room_of(const ProducerId& producer, const std::string& named);
  void execute(RoomEntry& room, CallId call, Work work, control::MediaRequest request);
  // For what is not waited for: closing is never refused.
  void execute(const MeetingId& meeting, control::MediaRequest request);
  void reply(CallId call, Answer answer);
  void refuse(CallId call, Error error);
  void refuse(CallId call, ErrorCode code, std::string_view message);

  void forget_transport(const TransportId& id);
  void forget_producer(const ProducerId& id);
  void forget_consumer(const ConsumerId& id);
  void forget_room(const MeetingId& meeting);
  // Its idle time begins now, if it is idle.
  void settle(Instant now, const MeetingId& meeting);
  bool is_consistent() const;

  const Limits limits_;
  Random& random_;
  std::deque<Output> outputs_;
  std::unordered_map<MeetingId, Room> rooms_;
  std::unordered_map<std::string, MeetingId> names_;
  std::unordered_map<TransportId, Transport> transports_;
  std::unordered_map<ProducerId, Place> producers_;
  std::unordered_map<ConsumerId, Place> consumers_;
  std::unordered_map<control::RequestId, Pending> pending_;
  std::set<std::pair<Instant, TransportId>> unconnected_;
  std::set<std::pair<Instant, MeetingId>> idle_;
  control::RequestId last_id_ = 0;
  std::size_t creating_ = 0;  // in all rooms
  std::size_t calls_ = 0;
  bool is_draining_ = false;
  Counts counts_;
};

}  // namespace confab::rooms
