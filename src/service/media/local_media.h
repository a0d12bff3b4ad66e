// MediaControl for shards in this process: picks a shard for each meeting, and others for those who
// come when it is too big for one; carries commands there and brings results and events back to the
// listener's thread. Whoever commands does not learn what is where.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/log.h"
#include "control/media.h"
#include "engine/interfaces.h"
#include "platform/clock/clock.h"
#include "platform/config/config.h"
#include "rtc/dtls/identity.h"
#include "service/media/announced.h"
#include "service/media/command_round.h"
#include "service/media/listening.h"
#include "service/media/placement.h"
#include "service/media/port_wait.h"
#include "service/media/ports.h"
#include "service/media/shard_host.h"

namespace confab::media {

// What start() and look_at_interfaces() need of the machine; tests put their own here.
struct Surroundings {
  std::function<std::vector<engine::InterfaceAddress>()> interfaces = engine::interface_addresses;
  std::function<Instant()> now = monotonic_now;
  std::function<void(Duration)> pause = [](Duration d) { std::this_thread::sleep_for(d); };
  // A sentence for the operator, while nothing else is said yet.
  std::function<void(const std::string&)> tell = [](const std::string&) {};
};

// Used on one thread, the listener's (the signaling loop), but for the shards behind it.
class LocalMedia final : public control::MediaControl {
 public:
  // Runs a function on the listener's thread, in the order given. Called from the shards' threads;
  // must stay callable until the LocalMedia is gone.
  using Post = std::function<void(std::function<void()>)>;

  // Opens every port before it returns; the error names the one that could not be opened. Where a
  // passing connection has it, it waits for that (port_wait.h). Of addresses that nobody named
  // those are taken that work. `node` is in the ids of all that is made here.
  static Result<std::unique_ptr<LocalMedia>> start(const MediaConfig& config, std::uint16_t node,
                                                   dtls::DtlsIdentity identity, LogSink& log,
                                                   Post post, Surroundings surroundings = {});
  ~LocalMedia() override;

  // Before the first command.
  void set_listener(control::MediaListener& listener) { listener_ = &listener; }
  void send(control::MediaCommand command) override;

  // Takes up addresses that have come, or work by now, and leaves those that have gone; nothing
  // where they were named. To be called every few seconds.
  void look_at_interfaces();

  // Asks all shards; calls back once on the listener's thread, with those that answered.
  void ask_snapshots(std::function<void(std::vector<ShardSnapshot>)> on_snapshots);

  const AnnouncedAddresses& announced() const { return announced_; }
  std::size_t shards() const { return shards_.size(); }
  // Those that there are, and those that are being made.
  std::size_t transports() const { return placement_.load(); }
  const ShardHost& shard(std::size_t index) const { return *shards_[index]; }

 private:
  LocalMedia(const MediaConfig& config, std::uint16_t node, Placement placement,
             dtls::DtlsIdentity identity, LogSink& log, Post post, Surroundings surroundings);
  Result<void> open_addresses();
  Result<void> open_named();
  Result<void> open_discovered();
  // The discovered addresses that are to be opened now are, as far as they can; those that can not
  // be used are told of. An error that is none of the address's own ends it, if `is_start`.
  Result<void> follow(const Listening::Steps& steps, bool is_start);
  Listening::Steps look_again(std::span<const engine::InterfaceAddress> interfaces);
  std::expected<PortsOfShards, engine::ListenError> open_or_wait(const MediaAddress& address);
  Result<void> make_shards();
  Result<void> start_shards();
  // Nothing if there is no such shard, or the meeting is not there.
  ShardHost* host_at(const MeetingId& meeting, const ShardAddress& place) const;

  // These return false if a mailbox is full; the command is answered then by send().
  bool dispatch(control::MediaCommand command, std::size_t home);
  bool create_transport(control::MediaCommand command, std::size_t home);
  // Of one participant; these are not refused for want of room.
  void admit(const control::MediaCommand& command, const control::Admit& request);
  void set_permits(const control::MediaCommand& command, const control::SetPermits& request);
  void dismiss(const control::MediaCommand& command, const control::Dismiss& request);
  // Has the shard carry it out on which the participant has transports; else it is done.
  void pass_to_seat(const control::MediaCommand& command, const ParticipantId& participant,
                    control::MediaResult otherwise);
  bool gather_stats(const control::MediaCommand& command);
  bool send_to_place(control::MediaCommand command, const ShardAddress& place);
  bool consume(control::MediaCommand command, ShardHost& host);
  // These are not refused: nobody would ask for it again.
  void close_meeting(const control::MediaCommand& command);
  void close_at(ShardHost& host, control::MediaCommand command);

  void forget(const MeetingId& meeting);

  // Any thread: runs it on the listener's, unless this is gone by then.
  void come_back(std::function<void(LocalMedia&)> task);
  // Of one shard.
  void on_completion(control::MediaCompletion completion);
  // Of the whole.
  void settle(control::MediaCompletion completion);
  void on_event(control::MediaEvent event);
  // Null for a shard that did not take the question.
  void on_snapshot(SnapshotRound round, const ShardSnapshot* snapshot);
  void answer(control::RequestId id, const MeetingId& meeting, ErrorCode code, std::string message);
  void answer(control::MediaCompletion completion);

  struct Snapshots {
    std::vector<ShardSnapshot> got;
    std::size_t missing = 0;
    std::function<void(std::vector<ShardSnapshot>)> on_all;
  };

  const MediaConfig config_;
  const std::uint16_t node_;
  const std::size_t count_;  // of shards
  dtls::DtlsIdentity identity_;
  LogSink& log_;
  Post post_;
  Surroundings surroundings_;
  engine::LoopOptions loop_options_;
  PortWait port_wait_;
  Listening listening_;
  std::vector<PortsOfShards> opened_;  // and not given to the shards yet
  control::MediaListener* listener_ = nullptr;
  AnnouncedAddresses announced_;
  Placement placement_;
  // Meetings that were given a place and are not open yet, by what opens them.
  std::unordered_map<MeetingId, control::RequestId> opening_;
  // The highest epoch that commanded each open meeting.
  std::unordered_map<MeetingId, control::Epoch> epochs_;
  // Who was admitted to each meeting in which that was ever asked for.
  std::unordered_map<MeetingId, std::unordered_map<ParticipantId, control::Permits>> admitted_;
  // Commands that several shards carry out.
  std::unordered_map<control::RequestId, CommandRound> rounds_;
  std::unordered_map<SnapshotRound, Snapshots> snapshots_;
  SnapshotRound last_snapshots_ = 0;
  // Of whom the transports are that are being made.
  std::unordered_map<control::RequestId, ParticipantId> creating_;
  // Cleared first when this is destroyed, so that what is still posted finds nobody.
  std::shared_ptr<LocalMedia*> alive_;
  std::vector<std::unique_ptr<ShardHost>> shards_;
};

}  // namespace confab::media
