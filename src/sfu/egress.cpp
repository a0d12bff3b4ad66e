#include "sfu/egress.h"

#include <algorithm>

#include "base/check.h"
#include "sfu/egress_writer.h"

namespace confab::sfu {
namespace {

constexpr std::size_t kMessagesMax = 64;  // what PacketHandler allows in one batch
// Two thirds of a small L2 cache of 512 KiB; holds a message of the largest size and then some.
constexpr std::size_t kArenaBytes = 320 * 1024;
// Answers, handshakes and reports of a few hundred transports at the same instant.
constexpr std::size_t kControlMax = 4096;
// Before every other deadline, and far enough from the ends to reckon with.
constexpr Instant kNow{};

}  // namespace

Egress::Egress(const EgressOptions& options, ShardCounters& counters)
    : options_(options),
      counters_(counters),
      // Each audio packet is complete by itself, so only the spacing matters for audio.
      lanes_{Lane(FlushClock(options.frame_gather, options.flush_under_load,
                             options.flush_under_heavy_load)),
             Lane(FlushClock(options.frame_gather, options.flush_under_load,
                             options.flush_under_heavy_load))},
      arena_(std::make_unique_for_overwrite<std::uint8_t[]>(kArenaBytes)) {
  batch_.reserve(kMessagesMax);
  control_sent_.reserve(kMessagesMax);
}

Egress::~Egress() = default;

void Egress::send_control(const Path& path, PacketRef packet) {
  if (control_.size() >= kControlMax) {
    counters_.drop(Drop::kControlQueueFull);
    return;
  }
  control_.push_back({path, std::move(packet)});
}

void Egress::send_media(Instant now, ReceiverQueue& queue, EgressEntry entry,
                        bool completes_frame) {
  if (!queue.can_send()) {
    counters_.drop(Drop::kReceiverNotConnected);
    return;
  }
  if (entry_size(entry) + queue.sender->rtp_overhead() > options_.datagram_bytes_max) {
    counters_.drop(Drop::kEgressOversize);
    return;
  }
  const EgressClass which = entry.stream->is_audio ? EgressClass::kAudio : EgressClass::kVideo;
  ReceiverQueue::Lane& waiting = queue.lane(which);
  if (waiting.waiting.size() >= options_.queue_packets_max) {
    counters_.drop(Drop::kEgressQueueFull);
    return;
  }
  waiting.waiting.push_back(std::move(entry));
  ++queued_;
  if (!waiting.is_ready) {
    waiting.is_ready = true;
    lane(which).ready.push_back(&queue);
  }
  lane(which).clock.on_packet(now, completes_frame);
}

void Egress::purge(ReceiverQueue& queue, const EgressStream& stream) {
  for (ReceiverQueue::Lane& lane : queue.lanes) {
    queued_ -= lane.waiting.remove_if([&](const EgressEntry& e) { return e.stream == &stream; });
  }
}

void Egress::forget(ReceiverQueue& queue) {
  for (Lane& lane : lanes_) {
    for (std::size_t i = 0; i < lane.ready.size(); ++i) {
      if (lane.ready[i] == &queue) lane.ready[i] = nullptr;
    }
  }
  queued_ -= queue.size();
}

Instant Egress::next_timeout() const {
  if (!control_.empty()) return kNow;
  Instant next = kNever;
  for (const Lane& lane : lanes_) {
    if (lane.is_draining) return kNow;
    next = std::min(next, lane.clock.due());
  }
  return next;
}

std::span<const Transmit> Egress::poll(Instant now) {
  batch_.clear();
  control_sent_.clear();
  arena_used_ = 0;
  poll_control();
  if (drain(now, EgressClass::kAudio)) drain(now, EgressClass::kVideo);
  return batch_;
}

void Egress::poll_control() {
  while (!control_.empty() && batch_.size() < kMessagesMax) {
    ControlDatagram datagram = control_.pop_front();
    const ByteView bytes = datagram.packet.view();
    batch_.push_back({datagram.path, bytes, static_cast<std::uint16_t>(bytes.size())});
    control_sent_.push_back(std::move(datagram.packet));
    ++counters_.messages_out;
    ++counters_.packets_out;
    counters_.bytes_out += bytes.size();
  }
}

bool Egress::drain(Instant now, EgressClass which) {
  Lane& out = lane(which);
  if (out.clock.due() <= now) out.is_draining = true;
  if (!out.is_draining) return true;
  while (!out.ready.empty()) {
    ReceiverQueue* queue = out.ready.front();
    if (queue != nullptr) {
      ReceiverQueue::Lane& waiting = queue->lane(which);
      if (!queue->can_send()) drop_all(waiting, Drop::kEgressNoPath);
      while (!waiting.waiting.empty()) {
        if (!send_one_message(now, *queue, waiting)) return false;
      }
      waiting.is_ready = false;
    }
    out.ready.pop_front();
  }
  out.is_draining = false;
  out.clock.on_flushed(now);
  return true;
}

void Egress::drop_all(ReceiverQueue::Lane& lane, Drop reason) {
  while (!lane.waiting.empty()) {
    lane.waiting.pop_front();
    --queued_;
    counters_.drop(reason);
  }
}

std::size_t Egress::arena_room() const {
  return kArenaBytes - arena_used_;
}

// The sizes on the wire of the first packets that wait. Returns how many.
std::size_t Egress::load_waiting(const ReceiverQueue& queue,
                                 const RingQueue<EgressEntry>& waiting) {
  const std::size_t overhead = queue.sender->rtp_overhead();
  const std::size_t n = std::min(waiting.size(), kSegmentsMax);
  for (std::size_t i = 0; i < n; ++i) {
    waiting_[i] = {static_cast<std::uint16_t>(entry_size(waiting[i]) + overhead),
                   waiting[i].stream_number(), false};
  }
  return n;
}

bool Egress::send_one_message(Instant now, ReceiverQueue& queue, ReceiverQueue::Lane& lane) {
  if (batch_.size() >= kMessagesMax) return false;
  const std::size_t n = load_waiting(queue, lane.waiting);
  // TCP frames carry their own lengths: padding would buy nothing.
  const std::uint8_t padding = queue.path->protocol == Protocol::kTcp ? 0 : options_.padding_max;
  const PlannedMessage plan = plan_message(std::span(waiting_).first(n), padding);
  if (plan.count * plan.segment_size > arena_room()) return false;
  write_message(now, queue, lane.waiting, plan);

  std::size_t index = 0;
  const std::size_t removed = lane.waiting.remove_if(
      [&](const EgressEntry&) { return index < n ? waiting_[index++].taken : false; });
  DCHECK(removed == plan.count);
  queued_ -= removed;
  return true;
}

void Egress::write_message(Instant now, ReceiverQueue& queue, RingQueue<EgressEntry>& waiting,
                           const PlannedMessage& plan) {
  std::uint8_t* const start = &arena_[arena_used_];
  std::size_t used = 0;
  std::uint16_t segment_size = 0;
  std::size_t segments = 0;
  for (std::size_t i = 0; i < plan.count; ++i) {
    const EgressEntry& entry = waiting[plan.order[i]];
    const std::size_t unpadded = waiting_[plan.order[i]].size;
    const bool is_last = i + 1 == plan.count;
    const auto padding = static_cast<std::uint8_t>(is_last ? 0 : plan.segment_size - unpadded);
    const MutableBytes room(start + used, unpadded + padding);
    const std::size_t plain = write_entry(room, entry, padding, now, queue.next_transport_seq);
    const auto protect = queue.sender->protect_rtp(room, plain);
    if (!protect) {
      counters_.drop(Drop::kEgressProtect);
      continue;
    }
    DCHECK(*protect == room.size());
    ++queue.next_transport_seq;
    if (segments++ == 0) segment_size = static_cast<std::uint16_t>(*protect);
    used += *protect;
    counters_.padding_bytes_out += padding;
    if (entry.is_rtx) ++counters_.rtx_out;
  }
  if (segments == 0) return;
  batch_.push_back({*queue.path, ByteView(start, used), segment_size});
  arena_used_ += used;
  counters_.packets_out += segments;
  counters_.media_packets_out += segments;
  counters_.bytes_out += used;
  ++counters_.messages_out;
  ++counters_.media_messages_out;
  queue.packets_sent += segments;
  queue.bytes_sent += used;
}

}  // namespace confab::sfu
