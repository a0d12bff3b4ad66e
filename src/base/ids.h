// Identities: 128 random bits with a type, written as "<prefix>_<26 characters>". Ids of different
// types do not mix. Ids made by a media shard carry its place in the first 24 bits, so that a
// request can be routed by the id alone (node 16 bits, shard 8 bits).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace confab {

// Where on the media plane something lives.
struct ShardAddress {
  std::uint16_t node = 0;
  std::uint8_t shard = 0;
  auto operator<=>(const ShardAddress&) const = default;
};

namespace internal {
// Crockford base32, lower case: 26 characters for 128 bits, no i, l, o, u.
std::string encode_id(std::string_view prefix, std::uint64_t hi, std::uint64_t lo);
bool decode_id(std::string_view text, std::string_view prefix, std::uint64_t& hi,
               std::uint64_t& lo);
}  // namespace internal

template <typename Tag>
class Id {
 public:
  Id() = default;

  static Id random(Random& random) { return Id(random.u64(), random.u64()); }
  static Id random_at(ShardAddress place, Random& random) {
    const std::uint64_t where = (std::uint64_t{place.node} << 8) | place.shard;
    return Id((where << 40) | (random.u64() >> 24), random.u64());
  }
  // Nothing when the text is not an id of this type.
  static std::optional<Id> parse(std::string_view text) {
    Id id;
    if (!internal::decode_id(text, Tag::kPrefix, id.hi_, id.lo_)) return std::nullopt;
    return id;
  }

  // As two numbers, for wires that have a type for them.
  static Id from_halves(std::uint64_t high, std::uint64_t low) { return Id(high, low); }
  std::uint64_t high() const { return hi_; }
  std::uint64_t low() const { return lo_; }

  std::string to_string() const { return internal::encode_id(Tag::kPrefix, hi_, lo_); }
  // Only meaningful for ids made by random_at.
  ShardAddress place() const {
    return {static_cast<std::uint16_t>(hi_ >> 48), static_cast<std::uint8_t>(hi_ >> 40)};
  }
  bool is_set() const { return (hi_ | lo_) != 0; }
  std::size_t hash() const { return static_cast<std::size_t>(lo_); }
  auto operator<=>(const Id&) const = default;

 private:
  Id(std::uint64_t hi, std::uint64_t lo) : hi_(hi), lo_(lo) {}
  std::uint64_t hi_ = 0;
  std::uint64_t lo_ = 0;
};

// A place people meet, for good; its members in one go; one person in it; one socket of theirs.
using RoomId = Id<struct RoomTag>;
using MeetingId = Id<struct MeetingTag>;
using ParticipantId = Id<struct ParticipantTag>;
using MessageId = Id<struct MessageTag>;
// On the media plane; these carry a ShardAddress.
using TransportId = Id<struct TransportTag>;
using ProducerId = Id<struct ProducerTag>;
using ConsumerId = Id<struct ConsumerTag>;

struct RoomTag {
  static constexpr std::string_view kPrefix = "rm";
};
struct MeetingTag {
  static constexpr std::string_view kPrefix = "mt";
};
struct ParticipantTag {
  static constexpr std::string_view kPrefix = "pt";
};
struct MessageTag {
  static constexpr std::string_view kPrefix = "msg";
};
struct TransportTag {
  static constexpr std::string_view kPrefix = "tr";
};
struct ProducerTag {
  static constexpr std::string_view kPrefix = "pr";
};
struct ConsumerTag {
  static constexpr std::string_view kPrefix = "co";
};

}  // namespace confab

template <typename Tag>
struct std::hash<confab::Id<Tag>> {
  std::size_t operator()(const confab::Id<Tag>& id) const noexcept { return id.hash(); }
};
