// One shard at work: its thread, packet pool, packet loop and sfu::Shard, and the mailbox through
// which others speak to it. Everything but the mailbox belongs to the shard's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/packet.h"
#include "control/media.h"
#include "engine/mailbox.h"
#include "engine/packet_loop.h"
#include "engine/shard_thread.h"
#include "platform/config/config.h"
#include "platform/random/secure_random.h"
#include "sfu/shard.h"

namespace confab::media {

// What a shard counts, at one moment.
struct ShardSnapshot {
  std::uint8_t shard = 0;
  sfu::ShardCounters counters;
  sfu::ShardGauges gauges;
  engine::LoopCounters loop;
  std::size_t tcp_connections = 0;
};

struct ShardSetup {
  sfu::ShardConfig shard;
  engine::LoopOptions loop;
  std::optional<unsigned> cpu;
  // Called on the shard's thread.
  std::function<void(control::MediaCompletion)> on_completion;
  std::function<void(control::MediaEvent)> on_event;
};

class ShardHost {
 public:
  // Opens the ports and starts the thread.
  static Result<std::unique_ptr<ShardHost>> start(ShardSetup setup,
                                                  const dtls::DtlsIdentity& identity, LogSink& log);
  // Stops the thread; what is in the mailbox is not answered any more.
  ~ShardHost();

  // Any thread. False, and nothing taken, when the mailbox is full.
  bool send(control::MediaCommand&& command);
  // Any thread. `on_snapshot` is called on the shard's thread.
  bool ask_snapshot(std::function<void(ShardSnapshot)> on_snapshot);

  int receive_buffer_bytes() const { return loop_->receive_buffer_bytes(); }
  bool has_gso() const { return loop_->has_gso(); }

 private:
  using Snapshot = std::function<void(ShardSnapshot)>;
  using Letter = std::variant<control::MediaCommand, Snapshot>;

  ShardHost(ShardSetup setup);
  void open_letters(Instant now);
  void drain_events();
  ShardSnapshot snapshot() const;

  // A packet may wait in every consumer's history for a second and a half: 250 Mbit/s in.
  static constexpr std::size_t kPoolSlots = 64 * 1024;
  static constexpr std::size_t kMailboxLetters = 4096;
  // A command takes some tens of microseconds, and packets wait meanwhile.
  static constexpr int kLettersPerRound = 16;

  ShardSetup setup_;
  PacketPool pool_{kPoolSlots};
  SecureRandom random_;
  std::unique_ptr<engine::PacketLoop> loop_;
  std::unique_ptr<sfu::Shard> shard_;
  engine::Mailbox<Letter> mailbox_{kMailboxLetters};
  std::unique_ptr<engine::ShardThread> thread_;
};

}  // namespace confab::media
