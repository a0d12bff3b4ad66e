// What a load test found: as values, as a table for people, as JSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "client/histogram.h"
#include "service/loadtest/media_thread.h"
#include "service/loadtest/options.h"

namespace confab::loadtest {

struct JoinReport {
  std::uint32_t wanted = 0;
  std::uint32_t ready = 0;
  std::uint32_t failed = 0;
  // Of those that are ready, by what it took from the first connection to the last of them.
  double per_second = 0;
  client::Histogram signaling;        // connection to the answer of `join`
  client::Histogram connected;        // connection to ICE and DTLS done on every transport
  client::Histogram media;            // first ICE check to DTLS done, on one transport
  std::vector<std::string> failures;  // the first few, in their words
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
  bool is_measuring = false;
  Duration left{};
  double packets_sent_per_second = 0;
  double packets_received_per_second = 0;
  double megabits_received_per_second = 0;
};
std::string to_line(const Progress& progress);

}  // namespace confab::loadtest
