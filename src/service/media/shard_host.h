// One shard at work: its thread, packet pool, packet loop and sfu::Shard, the mailbox through which
// others speak to it, and the pipes to and from the other shards. Everything but the mailbox, what
// waits for room in it and the far ends of the pipes belongs to the shard's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/packet.h"
#include "control/media.h"
#include "control/shard.h"
#include "engine/mailbox.h"
#include "engine/packet_loop.h"
#include "engine/shard_thread.h"
#include "platform/config/config.h"
#include "platform/random/secure_random.h"
#include "service/media/shard_commands.h"
#include "service/media/shard_pipe.h"
#include "sfu/shard.h"

namespace confab::media {

// Pairs a snapshot with who asked for it.
using SnapshotRound = std::uint64_t;

// What a shard counts, at one moment.
struct ShardSnapshot {
  std::uint8_t shard = 0;
  sfu::ShardCounters counters;
  sfu::ShardGauges gauges;
  engine::LoopCounters loop;
  std::size_t tcp_connections = 0;
  std::uint64_t commands_late = 0;  // not begun: nobody waited for them any more
};

struct ShardSetup {
  sfu::ShardConfig shard;
  engine::LoopOptions loop;
  std::optional<unsigned> cpu;
  // Called on the shard's thread.
  std::function<void(control::MediaCompletion)> on_completion;
  std::function<void(control::MediaEvent)> on_event;
  std::function<void(SnapshotRound, const ShardSnapshot&)> on_snapshot;
};

// How the addresses of this machine changed, for one shard.
struct AddressChange {
  std::vector<engine::Listener> open;
  std::vector<Endpoint> close;
  std::vector<ortc::IceCandidate> candidates;  // of transports made from now on
};

class ShardHost final : public control::ShardDoor {
 public:
  // Without ports, but for those in ShardSetup::loop.
  static Result<std::unique_ptr<ShardHost>> open(ShardSetup setup,
                                                 const dtls::DtlsIdentity& identity, LogSink& log);
  // Stops it; what is in the mailbox is not answered any more.
  ~ShardHost() override;

  // Before start().
  Result<void> listen(engine::Listener listener) { return loop_->add(std::move(listener)); }
  // Lays the pipe from this shard to that one. Before either is started.
  void connect_to(ShardHost& other);
  // Starts the thread.
  Result<void> start();
  // Ends it. Shards with pipes between them are all stopped before one of them goes.
  void stop();

  ShardAddress address() const override { return setup_.shard.place; }

  // Any thread. False, and nothing taken, when the mailbox is full.
  bool post(control::ShardCommand&& command) override;
  // Any thread. False when the mailbox is full; else ShardSetup::on_snapshot has it.
  bool ask_snapshot(SnapshotRound round);

  // ---- one thread, that of who commands: these keep their order ----
  // False, and nothing taken, when the mailbox is full or something waits for room in it.
  bool ask(control::ShardCommand&& command);
  // Never refused: for what closes something, which nobody would ask for again. What finds no room
  // waits for it. That is bounded by what there is to close.
  void insist(control::ShardCommand command);
  // Never refused either, and nobody is answered.
  void change_addresses(AddressChange change);
  // Lets in what waits, as far as there is room. To be called whenever the shard was heard of: a
  // full mailbox is one that will be.
  void let_in();

  int receive_buffer_bytes() const { return loop_->receive_buffer_bytes(); }
  bool has_gso() const { return loop_->has_gso(); }

 private:
  struct AskSnapshot {
    SnapshotRound round = 0;
  };
  using Letter = std::variant<control::ShardCommand, AskSnapshot, AddressChange>;

  ShardHost(ShardSetup setup, LogSink& log);
  // Takes it out of `body` only if there is room.
  template <typename Body>
  bool post_letter(Body&& body);
  void open(Instant now, const control::ShardCommand& command);
  void open(Instant now, const AskSnapshot& ask);
  void open(Instant now, AddressChange& change);
  void open_letters(Instant now);
  void serve_pipes(Instant now);
  bool has_piped() const;
  void drain_events();
  ShardSnapshot snapshot() const;

  // Of each of the two sizes. A packet may wait to be asked for again for a second and a half:
  // 250 Mbit/s in.
  static constexpr std::size_t kPoolSlots = 64 * 1024;
  // A command takes some tens of microseconds, and packets wait meanwhile: after this much no other
  // is begun before they have been forwarded.
  static constexpr Duration kLettersPerRound = 100us;
  // A tenth of a second of commands: four of the largest grids (limits::kConsumersPerTransport)
  // that are opened at once. A letter lies outside of the ring, of which all is touched in time: it
  // takes 100 kB like this, and would take more than a megabyte with the commands in it.
  static constexpr std::size_t kMailboxLetters = 4096;
  // Messages read from one pipe before the sockets get their turn: as many as of one socket.
  static constexpr std::size_t kPipeBatch = 256;

  ShardSetup setup_;
  LogSink& log_;
  PacketPool pool_{kPoolSlots};
  SecureRandom random_;
  std::unique_ptr<engine::PacketLoop> loop_;
  std::unique_ptr<sfu::Shard> shard_;
  engine::Mailbox<std::unique_ptr<Letter>> mailbox_{kMailboxLetters};
  std::deque<control::ShardCommand> waiting_;  // of who commands
  std::deque<AddressChange> changes_waiting_;  // likewise
  std::vector<std::unique_ptr<ShardPipe>> from_others_;
  std::vector<ShardPipe*> to_others_;
  ShardDoors others_;
  std::uint64_t commands_late_ = 0;
  std::unique_ptr<engine::ShardThread> thread_;
};

}  // namespace confab::media
