// A running hash over everything that happened in a run: each datagram with its time, its way and
// its fate. Two runs of one seed must give the same, in whatever build.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/instant.h"

namespace confab::sim {

class EventLog {
 public:
  void add(Instant at, std::uint64_t what, ByteView bytes) {
    add_number(static_cast<std::uint64_t>(at.time_since_epoch().count()));
    add_number(what);
    add_number(bytes.size());
    for (const std::uint8_t byte : bytes) add_byte(byte);
    ++events_;
  }
  std::uint64_t hash() const { return hash_; }
  std::uint64_t events() const { return events_; }

 private:
  // FNV-1a, 64 bits.
  void add_byte(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001B3; }
  void add_number(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) add_byte(static_cast<std::uint8_t>(number >> (8 * i)));
  }

  std::uint64_t hash_ = 0xCBF29CE484222325;
  std::uint64_t events_ = 0;
};

}  // namespace confab::sim
