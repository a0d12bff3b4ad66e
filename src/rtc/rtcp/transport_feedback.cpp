#include "rtc/rtcp/transport_feedback.h"

#include <algorithm>

#include "base/check.h"

namespace confab::rtcp {
namespace {

using internal::Symbol;

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kFixedBytes = 16;  // both SSRCs to the feedback count
constexpr std::int64_t kTicksPerReference = kReferenceTick / kDeltaTick;

constexpr std::size_t kRunMax = 0x1FFF;
constexpr std::size_t kOneBitSymbols = 14;
constexpr std::size_t kTwoBitSymbols = 7;

bool is_small(std::int64_t delta) {
  return delta >= 0 && delta <= UINT8_MAX;
}

// The chunks of `n` statuses with `received` arrivals among them take at most this: a chunk covers
// seven statuses or all that are left, and between two chunks with arrivals stands one run at most.
std::size_t chunk_bytes_max(std::size_t n, std::size_t received) {
  return 2 * std::min((n + kTwoBitSymbols - 1) / kTwoBitSymbols, 2 * received + 1);
}

std::uint16_t run_chunk(Symbol symbol, std::size_t length) {
  return static_cast<std::uint16_t>((static_cast<unsigned>(symbol) << 13) | length);
}

std::uint16_t vector_chunk(std::span<const Symbol> symbols, bool two_bit) {
  unsigned chunk = two_bit ? 0xC000 : 0x8000;
  unsigned shift = 14;
  for (const Symbol symbol : symbols) {
    shift -= two_bit ? 2 : 1;
    chunk |= static_cast<unsigned>(symbol) << shift;
  }
  return static_cast<std::uint16_t>(chunk);
}

// The chunk that covers most of what stands in front of `symbols`, and how many that are.
struct Chunk {
  std::uint16_t bits;
  std::size_t covered;
};
Chunk next_chunk(std::span<const Symbol> symbols) {
  const auto differs = std::ranges::find_if(symbols, [&](Symbol s) { return s != symbols[0]; });
  const auto run = std::min(static_cast<std::size_t>(differs - symbols.begin()), kRunMax);
  const auto ahead = symbols.first(std::min(symbols.size(), kOneBitSymbols));
  const bool two_bit = std::ranges::find(ahead, Symbol::kLargeDelta) != ahead.end();
  const std::size_t in_vector = std::min(symbols.size(), two_bit ? kTwoBitSymbols : kOneBitSymbols);
  if (run >= in_vector) return {run_chunk(symbols[0], run), run};
  return {vector_chunk(symbols.first(in_vector), two_bit), in_vector};
}

}  // namespace

std::optional<TransportFeedback> parse_transport_feedback(const PacketView& packet) {
  const ByteView body = packet.body;
  if (packet.type != PacketType::kTransportFeedback ||
      packet.count_or_format != kFormatTransportCc || body.size() < kFixedBytes) {
    return std::nullopt;
  }
  TransportFeedback feedback{
      .sender = {load_be32(&body[0])},
      .media = {load_be32(&body[4])},
      .base_seq = {load_be16(&body[8])},
      .status_count = load_be16(&body[10]),
      .reference_time = static_cast<std::int32_t>(load_be24(&body[12]) << 8) >> 8,
      .feedback_count = body[15]};
  if (feedback.status_count == 0) return std::nullopt;

  const ByteView rest = body.subspan(kFixedBytes);
  std::size_t received = 0;
  std::size_t delta_bytes = 0;
  bool has_reserved = false;
  const auto chunk_bytes = internal::walk_chunks(
      rest, feedback.status_count, [&](std::size_t, std::size_t n, Symbol symbol) {
        has_reserved = has_reserved || symbol == Symbol::kReserved;
        if (symbol == Symbol::kNotReceived) return;
        received += n;
        delta_bytes += symbol == Symbol::kSmallDelta ? n : 2 * n;
      });
  if (!chunk_bytes || has_reserved || rest.size() - *chunk_bytes < delta_bytes) {
    return std::nullopt;
  }
  feedback.received_count = static_cast<std::uint16_t>(received);
  feedback.chunks = rest.first(*chunk_bytes);
  feedback.deltas = rest.subspan(*chunk_bytes, delta_bytes);
  return feedback;
}

TransportFeedbackBuilder::TransportFeedbackBuilder(SeqNo base_seq, Instant first_arrival)
    : base_seq_(base_seq),
      reference_time_(first_arrival.time_since_epoch() / kReferenceTick),
      last_tick_(reference_time_ * kTicksPerReference) {}

bool TransportFeedbackBuilder::add_received(SeqNo seq, Instant arrival) {
  const auto index = static_cast<std::uint16_t>(seq.value - base_seq_.value);
  DCHECK(index >= status_count_);
  const std::int64_t tick = arrival.time_since_epoch() / kDeltaTick;
  const std::int64_t delta = tick - last_tick_;
  if (received_ == kReceivedMax || index >= kStatusesMax || delta < INT16_MIN ||
      delta > INT16_MAX) {
    return false;
  }
  const std::size_t delta_bytes = delta_bytes_ + (is_small(delta) ? 1 : 2);
  const std::size_t bytes_max =
      kHeaderBytes + kFixedBytes + delta_bytes + chunk_bytes_max(index + 1U, received_ + 1);
  if (bytes_max + 3 > kBytesMax) return false;  // 3: the padding to a word
  arrivals_[received_++] = {index, static_cast<std::int16_t>(delta)};
  delta_bytes_ = delta_bytes;
  status_count_ = index + 1U;
  last_tick_ = tick;
  return true;
}

void TransportFeedbackBuilder::write_chunks(ByteWriter& writer) const {
  std::array<Symbol, kStatusesMax> symbols;
  std::fill_n(symbols.begin(), status_count_, Symbol::kNotReceived);
  for (const Arrival& arrival : std::span(arrivals_).first(received_)) {
    symbols[arrival.index] = is_small(arrival.delta) ? Symbol::kSmallDelta : Symbol::kLargeDelta;
  }
  for (auto rest = std::span<const Symbol>(symbols).first(status_count_); !rest.empty();) {
    const Chunk chunk = next_chunk(rest);
    writer.u16(chunk.bits);
    rest = rest.subspan(chunk.covered);
  }
}

std::size_t TransportFeedbackBuilder::build(MutableBytes out, Ssrc sender, Ssrc media,
                                            std::uint8_t feedback_count) const {
  if (received_ == 0) return 0;
  ByteWriter writer(out);
  writer.zeros(kHeaderBytes);
  writer.u32(sender.value);
  writer.u32(media.value);
  writer.u16(base_seq_.value);
  writer.u16(static_cast<std::uint16_t>(status_count_));
  writer.u24(static_cast<std::uint32_t>(reference_time_) & 0xFFFFFF);
  writer.u8(feedback_count);
  write_chunks(writer);
  for (const Arrival& arrival : std::span(arrivals_).first(received_)) {
    if (is_small(arrival.delta)) {
      writer.u8(static_cast<std::uint8_t>(arrival.delta));
    } else {
      writer.u16(static_cast<std::uint16_t>(arrival.delta));
    }
  }
  // Padded as browsers do it: the P bit, zeros, and the count in the last byte.
  const std::size_t padding = (4 - writer.size() % 4) % 4;
  if (padding > 0) {
    writer.zeros(padding - 1);
    writer.u8(static_cast<std::uint8_t>(padding));
  }
  if (!writer.ok()) return 0;
  out[0] = static_cast<std::uint8_t>(0x80 | (padding > 0 ? 0x20 : 0) | kFormatTransportCc);
  out[1] = static_cast<std::uint8_t>(PacketType::kTransportFeedback);
  store_be16(&out[2], static_cast<std::uint16_t>(writer.size() / 4 - 1));
  return writer.size();
}

}  // namespace confab::rtcp
