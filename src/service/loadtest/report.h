// What a load test found: as values, as a table for people, as JSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "client/histogram.h"
#include "service/loadtest/media_thread.h"
#include "service/loadtest/options.h"

namespace confab::loadtest {

// From the start of the connection, where nothing else is said.
struct JoinTimes {
  Duration joined{};     // the join was answered
  Duration connected{};  // all transports are connected
  Duration media{};      // of one transport, the slower: first check to end of handshake
};

struct JoinReport {
  // Each of those wanted comes to one of these two, once.
  void add_ready(const JoinTimes& times);
  void add_failed(std::string_view why);
  // One that was ready, and went before the end of the measurement.
  void add_lost(std::string_view why);
  std::uint32_t to_come() const { return wanted - ready - failed; }

  std::uint32_t wanted = 0;
  std::uint32_t ready = 0;
  std::uint32_t failed = 0;
  std::uint32_t lost = 0;  // of those that were ready
  // Of those that are ready, by what it took from the first connection to the last of them.
  double per_second = 0;
  client::Histogram signaling;        // connection to the answer of `join`
  client::Histogram connected;        // connection to ICE and DTLS done on every transport
  client::Histogram media;            // first ICE check to DTLS done, on one transport
  std::vector<std::string> failures;  // of the first few who failed or were lost, in their words
};

struct ServerReport {
  Duration cpu{};                           // during the measurement
  std::uint64_t resident_bytes_before = 0;  // before anybody joined
  std::uint64_t resident_bytes = 0;
};

struct Report {
  Options options;
  JoinReport joins;
  Duration measured{};
  MediaSnapshot media;  // of all threads
  Duration generator_cpu{};
  std::uint64_t generator_resident_bytes = 0;
  std::optional<ServerReport> server;

  std::uint64_t packets_lost() const;
  // Of all that should have come.
  double loss() const;
};

std::string to_table(const Report& report);
std::string to_json(const Report& report);

// The line that is shown again each second.
struct Progress {
  std::uint32_t joining = 0;
  std::uint32_t ready = 0;
  std::uint32_t failed = 0;
  std::uint32_t lost = 0;  // of those that were ready
  bool is_measuring = false;
  Duration left{};
  double packets_sent_per_second = 0;
  double packets_received_per_second = 0;
  double megabits_received_per_second = 0;
};
std::string to_line(const Progress& progress);

}  // namespace confab::loadtest
