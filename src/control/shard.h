// What is said to one shard of the media plane, by who distributes the commands and by the other
// shards of a meeting: a command, and what must be there before it can be carried out. Plain values
// that refer by id, as everything in control/.
#pragma once

#include <optional>
#include <variant>

#include "base/ids.h"
#include "control/media.h"
#include "rtc/ortc/types.h"

namespace confab::control {

// All that one must know of a track to consume it.
struct SourceSetup {
  ProducerId id;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::ProducerType type = ortc::ProducerType::kSimple;
  // In the router's numbers; one encoding for each stream, the lowest layer first.
  ortc::RtpParameters consumable;
  bool paused = false;
  std::optional<TrackSource> shows = {};  // where it was said
};

// The meeting has begun on shard `home`: open it here too.
struct JoinMeeting {
  ShardAddress home;
};
// For a Consume, to the shard of its producer: lay a pipe to `to`, where the transport is, and pass
// the command on to there.
struct PipeProducer {
  ShardAddress to;
};
// A pipe with this producer in it ends here: take it.
struct AcceptProducer {
  SourceSetup producer;
};

struct ShardCommand {
  MediaCommand command;
  std::variant<std::monostate, JoinMeeting, PipeProducer, AcceptProducer> first;
};

// A shard, as those see it who speak to it: behind a mailbox in this process, behind a connection
// on another node.
class ShardDoor {
 public:
  virtual ~ShardDoor() = default;
  virtual ShardAddress address() const = 0;
  // Any thread. False, and nothing taken, when it takes no more now.
  virtual bool post(ShardCommand&& command) = 0;
};

}  // namespace confab::control
