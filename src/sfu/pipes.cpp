#include "sfu/pipes.h"

#include <variant>

#include "base/check.h"
#include "sfu/piped_producer.h"
#include "sfu/router.h"

namespace confab::sfu {
namespace {

Result<PipeTransport*> find_pipe(const ShardState& shard, std::uint8_t peer) {
  PipeTransport* pipe = shard.context.find_pipe(peer);
  if (pipe == nullptr) return fail(ErrorCode::kInvalidArgument, "no pipe to that shard");
  return pipe;
}

// One message, on its way to what it is about. Either shard may have closed that meanwhile; the two
// hear of it in their own order, so a message for something that is gone is no mistake.
struct Delivery {
  ShardState& shard;
  Instant now;
  PipeTransport& pipe;
  const PipeMessage& message;
  Router* router;

  PipedProducer* piped() const {
    return router == nullptr ? nullptr : router->find_piped(message.producer);
  }

  void operator()(const PipedMedia& media) const {
    if (PipedProducer* producer = piped()) {
      return producer->on_media(now, media, ByteView(message.bytes).first(media.size));
    }
    shard.context.counters.drop(Drop::kPipeUnknownProducer);
    // Nobody here wants it any more. If there is no room to say so, the next packet is answered.
    (void)pipe.say(message.meeting, message.producer, PipeWish{});
  }
  // Not known yet: once it is, it asks how things stand.
  void operator()(const PipedState& state) const {
    if (PipedProducer* producer = piped()) producer->on_state(now, state);
  }
  void operator()(const PipedEnd&) const {
    if (PipedProducer* producer = piped()) router->remove_piped(*producer);
  }
  void operator()(const PipedLevel& level) const {
    if (router != nullptr) router->on_audio_level(now, message.producer, level.level_dbov);
  }
  void operator()(const PipeWish& wish) const {
    Producer* producer = router == nullptr ? nullptr : router->find(message.producer);
    PipeOutlet* outlet = producer == nullptr ? nullptr : producer->find_outlet(pipe.peer());
    if (outlet != nullptr) return outlet->on_wish(now, wish);
    // It closed before the other side was there to be told.
    if (wish.asks_state) pipe.tell_end(message.meeting, message.producer);
  }
};

}  // namespace

Result<void> join_meeting(ShardState& shard, const MeetingId& meeting, std::uint8_t home) {
  const auto pipe = find_pipe(shard, home);
  if (!pipe) return std::unexpected(pipe.error());
  const auto router = open_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  (*router)->set_home(**pipe);
  return {};
}

Result<SourceSetup> pipe_producer(ShardState& shard, const MeetingId& meeting,
                                  const ProducerId& producer, std::uint8_t to) {
  const auto pipe = find_pipe(shard, to);
  if (!pipe) return std::unexpected(pipe.error());
  const auto found = find_in<Producer>(shard, meeting, producer, "producer");
  if (!found) return std::unexpected(found.error());
  (*found)->open_outlet(**pipe);
  return (*found)->description();
}

Result<void> accept_producer(ShardState& shard, const MeetingId& meeting,
                             const SourceSetup& setup) {
  const auto pipe = find_pipe(shard, setup.id.place().shard);
  if (!pipe) return std::unexpected(pipe.error());
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  if ((*router)->find_piped(setup.id) == nullptr) (*router)->add_piped(**pipe, setup);
  return {};
}

void handle_pipe(ShardState& shard, Instant now, std::uint8_t from, const PipeMessage& message) {
  PipeTransport* pipe = shard.context.find_pipe(from);
  CHECK(pipe != nullptr);  // whoever reads from a pipe has connected it
  const auto router = shard.routers.find(message.meeting);
  std::visit(Delivery{shard, now, *pipe, message,
                      router == shard.routers.end() ? nullptr : router->second.get()},
             message.body);
}

}  // namespace confab::sfu
