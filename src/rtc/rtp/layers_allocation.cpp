#include "rtc/rtp/layers_allocation.h"

namespace confab::rtp {
namespace {

using Masks = std::array<std::uint8_t, LayersAllocation::kStreams>;
constexpr std::size_t kSizeBytes = 5;  // width - 1, height - 1, frames

class Reader {
 public:
  explicit Reader(ByteView data) : data_(data) {}

  bool has(std::size_t bytes) const { return data_.size() - at_ >= bytes; }
  std::size_t left() const { return data_.size() - at_; }
  std::uint8_t u8() { return data_[at_++]; }
  std::uint16_t u16() {
    at_ += 2;
    return load_be16(&data_[at_ - 2]);
  }
  // LEB128 of at most 32 bits.
  std::optional<std::uint32_t> leb128() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && has(1); shift += 7) {
      const std::uint8_t byte = u8();
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80) != 0) continue;
      if (value > UINT32_MAX) return std::nullopt;
      return static_cast<std::uint32_t>(value);
    }
    return std::nullopt;
  }

 private:
  ByteView data_;
  std::size_t at_ = 0;
};

// Which spatial layers of each stream are on.
std::optional<Masks> read_masks(Reader& in, std::uint8_t common, std::uint8_t streams) {
  Masks masks{};
  if (common != 0) {
    for (std::size_t s = 0; s < streams; ++s) masks[s] = common;
    return masks;
  }
  if (!in.has((streams + 1U) / 2)) return std::nullopt;
  for (std::size_t s = 0; s < streams; s += 2) {
    const std::uint8_t both = in.u8();
    masks[s] = both >> 4;
    // A half byte that belongs to no stream is not looked at.
    if (s + 1 < streams) masks[s + 1] = both & 0x0F;
  }
  return masks;
}

// Calls visit(layer) for those that are on, in the order in which everything is written.
template <typename Visit>
bool for_active(LayersAllocation& allocation, const Masks& masks, Visit&& visit) {
  for (std::size_t s = 0; s < allocation.streams; ++s) {
    for (std::size_t l = 0; l < LayersAllocation::kSpatialLayers; ++l) {
      if ((masks[s] & (1U << l)) != 0 && !visit(allocation.layers[s][l])) return false;
    }
  }
  return true;
}

// Two bits for each, four to a byte.
bool read_temporal_layers(Reader& in, LayersAllocation& allocation, const Masks& masks) {
  std::uint8_t byte = 0;
  unsigned left = 0;
  return for_active(allocation, masks, [&](LayersAllocation::SpatialLayer& layer) {
    if (left == 0) {
      if (!in.has(1)) return false;
      byte = in.u8();
      left = 4;
    }
    --left;
    layer.temporal_layers = static_cast<std::uint8_t>(((byte >> (2 * left)) & 3) + 1);
    return true;
  });
}

bool read_rates(Reader& in, LayersAllocation& allocation, const Masks& masks) {
  return for_active(allocation, masks, [&](LayersAllocation::SpatialLayer& layer) {
    for (std::size_t t = 0; t < layer.temporal_layers; ++t) {
      const auto kbps = in.leb128();
      if (!kbps) return false;
      layer.target_kbps[t] = *kbps;
    }
    return true;
  });
}

bool read_sizes(Reader& in, LayersAllocation& allocation, const Masks& masks) {
  if (in.left() == 0) return true;  // they were not said
  return for_active(allocation, masks, [&](LayersAllocation::SpatialLayer& layer) {
    if (!in.has(kSizeBytes)) return false;
    const std::uint16_t width = in.u16();
    const std::uint16_t height = in.u16();
    if (width == UINT16_MAX || height == UINT16_MAX) return false;
    layer.width = static_cast<std::uint16_t>(width + 1);
    layer.height = static_cast<std::uint16_t>(height + 1);
    layer.frame_rate = in.u8();
    return true;
  });
}

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) : out_(out) {}

  void u8(std::uint8_t value) { out_[at_++] = value; }
  void u16(std::uint16_t value) {
    store_be16(&out_[at_], value);
    at_ += 2;
  }
  void leb128(std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
    u8(static_cast<std::uint8_t>(value));
  }
  std::size_t size() const { return at_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

Masks masks_of(const LayersAllocation& allocation) {
  Masks masks{};
  for (std::size_t s = 0; s < allocation.streams; ++s) {
    for (std::size_t l = 0; l < LayersAllocation::kSpatialLayers; ++l) {
      if (allocation.layers[s][l].temporal_layers > 0) {
        masks[s] = static_cast<std::uint8_t>(masks[s] | (1U << l));
      }
    }
  }
  return masks;
}

bool are_alike(const Masks& masks, std::size_t streams) {
  for (std::size_t s = 1; s < streams; ++s) {
    if (masks[s] != masks[0]) return false;
  }
  return true;
}

void write_masks(Writer& out, const LayersAllocation& allocation, const Masks& masks) {
  const bool alike = are_alike(masks, allocation.streams);
  out.u8(static_cast<std::uint8_t>((allocation.stream << 6) | ((allocation.streams - 1) << 4) |
                                   (alike ? masks[0] : 0)));
  if (alike && masks[0] != 0) return;
  for (std::size_t s = 0; s < allocation.streams; s += 2) {
    out.u8(static_cast<std::uint8_t>((masks[s] << 4) |
                                     (s + 1 < allocation.streams ? masks[s + 1] : 0)));
  }
}

void write_temporal_layers(Writer& out, LayersAllocation& allocation, const Masks& masks) {
  std::uint8_t byte = 0;
  unsigned left = 4;
  (void)for_active(allocation, masks, [&](const LayersAllocation::SpatialLayer& layer) {
    --left;
    byte = static_cast<std::uint8_t>(byte | ((layer.temporal_layers - 1) << (2 * left)));
    if (left == 0) {
      out.u8(byte);
      byte = 0;
      left = 4;
    }
    return true;
  });
  if (left < 4) out.u8(byte);
}

}  // namespace

std::optional<LayersAllocation> parse_layers_allocation(ByteView data) {
  if (data.empty()) return std::nullopt;
  Reader in(data);
  const std::uint8_t head = in.u8();
  LayersAllocation out;
  out.stream = head >> 6;
  out.streams = static_cast<std::uint8_t>(((head >> 4) & 3) + 1);
  // One zero byte alone: nothing is sent at all.
  if (head == 0 && in.left() == 0) return out;
  const auto masks = read_masks(in, head & 0x0F, out.streams);
  if (!masks || !read_temporal_layers(in, out, *masks) || !read_rates(in, out, *masks) ||
      !read_sizes(in, out, *masks) || in.left() != 0) {
    return std::nullopt;
  }
  return out;
}

std::size_t encode_layers_allocation(const LayersAllocation& allocation,
                                     std::span<std::uint8_t, kLayersAllocationBytesMax> out) {
  LayersAllocation copy = allocation;
  const Masks masks = masks_of(copy);
  Writer writer(out);
  write_masks(writer, copy, masks);
  write_temporal_layers(writer, copy, masks);
  std::optional<bool> has_sizes;
  (void)for_active(copy, masks, [&](const LayersAllocation::SpatialLayer& layer) {
    for (std::size_t t = 0; t < layer.temporal_layers; ++t) writer.leb128(layer.target_kbps[t]);
    if (!has_sizes) has_sizes = layer.width > 0;
    return true;
  });
  if (!has_sizes.value_or(false)) return writer.size();
  (void)for_active(copy, masks, [&](const LayersAllocation::SpatialLayer& layer) {
    writer.u16(static_cast<std::uint16_t>(layer.width - 1));
    writer.u16(static_cast<std::uint16_t>(layer.height - 1));
    writer.u8(layer.frame_rate);
    return true;
  });
  return writer.size();
}

}  // namespace confab::rtp
