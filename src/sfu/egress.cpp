#include "sfu/egress.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/rtp/extensions.h"
#include "sfu/egress_writer.h"

namespace confab::sfu {
namespace {

constexpr std::size_t kMessagesMax = 64;  // what PacketHandler allows in one batch
// Two thirds of a small L2 cache of 512 KiB; holds a message of the largest size and then some.
constexpr std::size_t kArenaBytes = 320 * 1024;
// Answers, handshakes and reports of a few hundred transports at the same instant.
constexpr std::size_t kControlMax = 4096;
constexpr Duration kBurstSpacing = 1ms;
// Padding of one packet: with what may be added to make segments equal it is still less than 256
// (RFC 3550 §5.1).
constexpr std::uint8_t kPaddingBytes = 180;
// A millisecond of 15 Mbit/s in packets of padding.
constexpr int kPaddingPacketsMax = 8;
// Before every other deadline, and far enough from the ends to reckon with.
constexpr Instant kNow{};

}  // namespace

Egress::Egress(const EgressOptions& options, srtp::CryptoProvider& crypto, ShardCounters& counters)
    : options_(options),
      crypto_(crypto),
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

void Egress::send_media(Instant now, ReceiverQueue& queue, EgressEntry&& entry,
                        bool completes_frame) {
  if (!queue.can_send()) {
    counters_.drop(Drop::kReceiverNotConnected);
    return;
  }
  const std::size_t size = entry_size(entry);
  if (size + queue.overhead > options_.datagram_bytes_max) {
    counters_.drop(Drop::kEgressOversize);
    return;
  }
  if (queue.is_unproven && !queue.unproven.spend(now, size + queue.overhead)) {
    counters_.drop(Drop::kEgressUnproven);
    return;
  }
  entry.size = static_cast<std::uint16_t>(size);
  if (!entry.is_rtx) queue.repeats.on_media(now, size);
  const EgressClass which = entry.stream->is_audio ? EgressClass::kAudio : EgressClass::kVideo;
  ReceiverQueue::Lane& waiting = queue.lane(which);
  if (!has_room(queue, which)) {
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

void Egress::begin_probe(Instant now, ReceiverQueue& queue) {
  ReceiverQueue::Lane& waiting = queue.lane(EgressClass::kVideo);
  if (waiting.is_ready || !queue.can_send()) return;
  waiting.is_ready = true;
  lane(EgressClass::kVideo).ready.push_back(&queue);
  lane(EgressClass::kVideo).clock.on_packet(now, true);
}

void Egress::purge(ReceiverQueue& queue, const EgressStream& stream) {
  for (ReceiverQueue::Lane& lane : queue.lanes) {
    queued_ -= lane.waiting.remove_if([&](const EgressEntry& e) { return e.stream == &stream; });
  }
}

void Egress::forget(ReceiverQueue& queue) {
  for (Lane& lane : lanes_) {
    for (RingQueue<ReceiverQueue*>* list : {&lane.ready, &lane.later}) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        if ((*list)[i] == &queue) (*list)[i] = nullptr;
      }
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
  now_ = now;
  batch_.clear();
  control_sent_.clear();
  arena_used_ = 0;
  stamp_.abs_send_time = rtp::encode_abs_send_time(now);
  poll_control();
  if (drain(now, EgressClass::kAudio)) drain(now, EgressClass::kVideo);
  crypto_.finish_seals();
  return batch_;
}

void Egress::poll_control() {
  while (!control_.empty() && batch_.size() < kMessagesMax) {
    ControlDatagram datagram = control_.pop_front();
    const ByteView bytes = datagram.packet.view();
    batch_.push_back({datagram.path, bytes, static_cast<std::uint16_t>(bytes.size()), 0});
    control_sent_.push_back(std::move(datagram.packet));
    ++counters_.messages_out;
    ++counters_.packets_out;
    counters_.bytes_out += bytes.size();
  }
}

bool Egress::drain(Instant now, EgressClass which) {
  Lane& out = lane(which);
  if (!out.is_draining && out.clock.due() <= now) begin_flush(now, out);
  if (!out.is_draining) return true;
  while (!out.ready.empty()) {
    ReceiverQueue* queue = out.ready.front();
    if (queue != nullptr) {
      ReceiverQueue::Lane& waiting = queue->lane(which);
      if (!queue->can_send()) drop_all(waiting, Drop::kEgressNoPath);
      if (!serve(*queue, waiting, out.burst)) return false;
      bool goes_on = !waiting.waiting.empty();
      if (which == EgressClass::kVideo && queue->is_probing() && queue->can_send()) {
        add_padding(now, *queue);
        if (!serve(*queue, waiting, out.burst)) return false;
        goes_on = !waiting.waiting.empty() || queue->is_probing();
      }
      waiting.is_ready = goes_on;
      if (goes_on) out.later.push_back(queue);
    }
    out.ready.pop_front();
  }
  out.is_draining = false;
  out.clock.on_flushed(now, out.later.empty() ? kNever : out.next_burst_at);
  return true;
}

bool Egress::serve(ReceiverQueue& queue, ReceiverQueue::Lane& lane, std::uint32_t burst) {
  for (;;) {
    const std::size_t room = burst_left(lane, burst);
    if (lane.waiting.empty() || room == 0) return true;
    if (!send_one_message(queue, lane, room)) return false;
  }
}

void Egress::add_padding(Instant now, ReceiverQueue& queue) {
  RingQueue<EgressEntry>& waiting = queue.lane(EgressClass::kVideo).waiting;
  // Media comes first; and to who may not be there it would be a flood.
  if (!waiting.empty()) return;
  if (queue.is_unproven || queue.padding == nullptr) return queue.rate->cancel_probes();
  std::size_t due = queue.rate->probe_bytes_due(now);
  for (int i = 0; due > 0 && i < kPaddingPacketsMax; ++i) {
    auto entry = queue.padding->make_padding();
    if (!entry) return queue.rate->cancel_probes();
    entry->padding = kPaddingBytes;
    entry->size = static_cast<std::uint16_t>(entry_size(*entry));
    due -= std::min(due, entry->size + queue.overhead);
    waiting.push_back(*std::move(entry));
    ++queued_;
  }
}

// Flushes may follow each other closely, as others' frames end; bursts do not.
void Egress::begin_flush(Instant now, Lane& out) {
  out.is_draining = true;
  if (now < out.next_burst_at) return;
  ++out.burst;
  out.next_burst_at = now + kBurstSpacing;
  if (out.later.empty()) return;
  // Who had to wait goes first.
  while (!out.ready.empty()) out.later.push_back(out.ready.pop_front());
  std::swap(out.ready, out.later);
}

std::size_t Egress::burst_left(ReceiverQueue::Lane& lane, std::uint32_t burst) const {
  if (lane.burst != burst) {
    lane.burst = burst;
    lane.burst_left =
        std::max(options_.burst_bytes_max, lane.waiting.size() / 4 * options_.datagram_bytes_max);
  }
  return lane.burst_left;
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

// The sizes on the wire of the first packets that wait, of as many as begin within `bytes_max`.
// Returns how many.
std::size_t Egress::load_waiting(const ReceiverQueue& queue, const RingQueue<EgressEntry>& waiting,
                                 std::size_t bytes_max) {
  const std::size_t most = std::min(waiting.size(), kSegmentsMax);
  std::size_t bytes = 0;
  std::size_t n = 0;
  for (; n < most && bytes < bytes_max; ++n) {
    const EgressEntry& entry = waiting[n];
    waiting_[n] = {static_cast<std::uint16_t>(entry.size + queue.overhead), entry.stream_number(),
                   false};
    bytes += waiting_[n].size;
  }
  return n;
}

bool Egress::send_one_message(ReceiverQueue& queue, ReceiverQueue::Lane& lane,
                              std::size_t bytes_max) {
  if (batch_.size() >= kMessagesMax) return false;
  const std::size_t n = load_waiting(queue, lane.waiting, bytes_max);
  // TCP frames carry their own lengths: padding would buy nothing.
  const std::uint8_t padding = queue.path->protocol == Protocol::kTcp ? 0 : options_.padding_max;
  const PlannedMessage plan = plan_message(std::span(waiting_).first(n), padding);
  if (plan.count * plan.segment_size > arena_room()) return false;
  const std::size_t bytes = write_message(queue, lane.waiting, plan);
  lane.burst_left -= std::min(bytes, lane.burst_left);
  take_out(lane.waiting, n, plan);
  return true;
}

void Egress::take_out(RingQueue<EgressEntry>& waiting, std::size_t loaded,
                      const PlannedMessage& plan) {
  queued_ -= plan.count;
  if (plan.count == loaded) return waiting.drop_front(loaded);
  std::size_t index = 0;
  const std::size_t removed = waiting.remove_if(
      [&](const EgressEntry&) { return index < loaded ? waiting_[index++].taken : false; });
  DCHECK(removed == plan.count);
}

// Returns the bytes of the message.
std::size_t Egress::write_message(ReceiverQueue& queue, RingQueue<EgressEntry>& waiting,
                                  const PlannedMessage& plan) {
  std::uint8_t* const start = &arena_[arena_used_];
  std::size_t used = 0;
  std::uint16_t segment_size = 0;
  std::size_t segments = 0;
  std::int64_t received_ns = 0;
  for (std::size_t i = 0; i < plan.count; ++i) {
    const EgressEntry& entry = waiting[plan.order[i]];
    const std::size_t unpadded = waiting_[plan.order[i]].size;
    const bool is_last = i + 1 == plan.count;
    const auto padding = static_cast<std::uint8_t>(is_last ? 0 : plan.segment_size - unpadded);
    const MutableBytes room(start + used, unpadded + padding);
    stamp_.transport_seq = static_cast<std::uint16_t>(queue.next_transport_seq);
    const std::size_t plain = write_entry(room, entry, padding, stamp_);
    const auto protect = queue.sender->protect_rtp_later(room, plain);
    if (!protect) {
      counters_.drop(Drop::kEgressProtect);
      continue;
    }
    DCHECK(*protect == room.size());
    note_sent(queue, entry, room.size());
    if (segments++ == 0) segment_size = static_cast<std::uint16_t>(*protect);
    used += *protect;
    counters_.padding_bytes_out += padding;
    if (entry.padding != 0) {
      counters_.probe_bytes_out += room.size();
    } else if (entry.is_rtx) {
      ++counters_.rtx_out;
    } else if (const std::int64_t at = entry.packet.received_ns(); at != 0) {
      received_ns = received_ns == 0 ? at : std::min(received_ns, at);
    }
  }
  if (segments == 0) return 0;
  batch_.push_back({*queue.path, ByteView(start, used), segment_size, received_ns});
  arena_used_ += used;
  counters_.packets_out += segments;
  counters_.media_packets_out += segments;
  counters_.bytes_out += used;
  ++counters_.messages_out;
  ++counters_.media_messages_out;
  queue.packets_sent += segments;
  queue.bytes_sent += used;
  return used;
}

void Egress::note_sent(ReceiverQueue& queue, const EgressEntry& entry, std::size_t bytes) {
  std::optional<std::int64_t> seq;
  // A number that no packet carries would be reported as lost.
  if (entry.stream->extensions[ortc::HeaderExtension::kTransportCc] != 0) {
    seq = queue.next_transport_seq++;
  }
  if (queue.rate == nullptr) return;
  const cc::PacketClass kind = entry.stream->is_audio ? cc::PacketClass::kAudio
                               : entry.padding != 0   ? cc::PacketClass::kPadding
                               : entry.is_rtx         ? cc::PacketClass::kRepeat
                                                      : cc::PacketClass::kVideo;
  queue.rate->on_sent(now_, seq, bytes, kind, entry.stream->is_layered);
}

}  // namespace confab::sfu
