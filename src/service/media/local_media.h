// MediaControl for shards in this process: picks a shard for each meeting, and others for those who
// come when it is too big for one; carries commands there and brings results and events back to the
// listener's thread. Whoever commands does not learn what is where.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "control/media.h"
#include "platform/config/config.h"
#include "rtc/dtls/identity.h"
#include "service/media/announced.h"
#include "service/media/command_round.h"
#include "service/media/placement.h"
#include "service/media/shard_host.h"

namespace confab::media {

// Used on one thread, the listener's (the signaling loop), but for the shards behind it.
class LocalMedia final : public control::MediaControl {
 public:
  // Runs a function on the listener's thread, in the order given. Called from the shards' threads;
  // must stay callable until the LocalMedia is gone.
  using Post = std::function<void(std::function<void()>)>;

  // Opens every port before it returns; the error names the port that could not be opened.
  // `node` is in the ids of all that is made here.
  static Result<std::unique_ptr<LocalMedia>> start(const MediaConfig& config, std::uint16_t node,
                                                   dtls::DtlsIdentity identity, LogSink& log,
                                                   Post post);
  ~LocalMedia() override;

  // Before the first command.
  void set_listener(control::MediaListener& listener) { listener_ = &listener; }
  void send(control::MediaCommand command) override;

  // Asks all shards; calls back once on the listener's thread, with those that answered.
  void ask_snapshots(std::function<void(std::vector<ShardSnapshot>)> on_snapshots);

  const AnnouncedAddresses& announced() const { return announced_; }
  std::size_t shards() const { return shards_.size(); }
  const ShardHost& shard(std::size_t index) const { return *shards_[index]; }

 private:
  LocalMedia(std::uint16_t node, Placement placement, dtls::DtlsIdentity identity, Post post);
  Result<void> open_shards(const MediaConfig& config, std::size_t count, LogSink& log);
  void start_shards();
  // Nothing if there is no such shard, or the meeting is not there.
  ShardHost* host_at(const MeetingId& meeting, const ShardAddress& place) const;

  // These return false if a mailbox is full; the command is answered then by send().
  bool dispatch(control::MediaCommand command, std::size_t home);
  bool create_transport(control::MediaCommand command, std::size_t home);
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

  struct Snapshots {
    std::vector<ShardSnapshot> got;
    std::size_t missing = 0;
    std::function<void(std::vector<ShardSnapshot>)> on_all;
  };

  std::uint16_t node_;
  dtls::DtlsIdentity identity_;
  Post post_;
  control::MediaListener* listener_ = nullptr;
  AnnouncedAddresses announced_;
  Placement placement_;
  // Meetings that were given a place and are not open yet, by what opens them.
  std::unordered_map<MeetingId, control::RequestId> opening_;
  // The highest epoch that commanded each open meeting.
  std::unordered_map<MeetingId, control::Epoch> epochs_;
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
