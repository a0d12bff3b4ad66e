// What a load test is asked to do: plain values, and whether they make sense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/instant.h"
#include "base/net.h"

namespace confab::loadtest {

struct Options {
  std::string url = "http://127.0.0.1:8080";
  // Sent as `auth.token` with Socket.IO's CONNECT and as a bearer token with REST; empty: neither.
  std::string token;
  bool verify_certificate = true;
  // Load on an address that is not loopback, private or link-local may hit somebody else's server.
  bool i_own_this_server = false;

  std::uint32_t rooms = 1;
  std::uint32_t participants = 10;           // in each room
  std::optional<std::uint32_t> publishers;   // in each room; default: all
  std::optional<std::uint32_t> subscribers;  // in each room, counted from the last; default: all
  double joins_per_second = 20;
  Duration duration = 10s;  // of the measurement, after everybody has joined

  bool audio = true;
  bool video = true;
  std::uint32_t video_bitrate_bps = 1'500'000;
  std::uint32_t frames_per_second = 30;
  bool simulcast = false;

  std::uint32_t threads = 1;
  std::uint32_t verify_one_in = 1;  // decrypt one received packet in so many
  // A server process on this machine, to report what it spent; 0: none.
  std::uint32_t server_pid = 0;

  std::uint32_t publishers_per_room() const { return publishers.value_or(participants); }
  std::uint32_t subscribers_per_room() const { return subscribers.value_or(participants); }
  std::uint32_t total_participants() const { return rooms * participants; }
  // The first of a room publish, the last of it subscribe.
  bool publishes(std::uint32_t place) const { return place < publishers_per_room(); }
  bool subscribes(std::uint32_t place) const {
    return place >= participants - subscribers_per_room();
  }
};

// kInvalidArgument names the option.
Result<void> validate(const Options& options);

// Loopback, private (RFC 1918, RFC 6598, RFC 4193) or link-local: where load harms nobody else.
bool is_private_address(const IpAddress& address);

}  // namespace confab::loadtest
