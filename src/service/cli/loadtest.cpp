#include "service/cli/loadtest.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "service/loadtest/load_test.h"

namespace confab::cli {
namespace {

// Over the line before on a terminal; a line of its own in a log.
void show(const loadtest::Progress& progress) {
  const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
  std::fprintf(stderr, is_terminal ? "\r\033[K%s" : "%s\n", loadtest::to_line(progress).c_str());
}

int write_json(const std::string& file, const std::string& json) {
  if (file == "-") return std::fputs(json.c_str(), stdout) < 0 ? 1 : 0;
  std::FILE* out = std::fopen(file.c_str(), "w");
  if (out == nullptr || std::fputs(json.c_str(), out) < 0 || std::fclose(out) != 0) {
    std::fprintf(stderr, "confab: %s: %s\n", file.c_str(), std::strerror(errno));
    return 1;
  }
  return 0;
}

}  // namespace

void declare_loadtest(CLI::App& command, LoadTestFlags& flags) {
  loadtest::Options& o = flags.options;
  command.add_option("--url", o.url, "the server [http://127.0.0.1:8080]");
  command.add_option("--token", o.token, "sent where the server asks for one (CONFAB_TOKEN)")
      ->envname("CONFAB_TOKEN");
  command.add_flag("--insecure", flags.insecure, "take any TLS certificate");
  command.add_flag("--i-own-this-server", o.i_own_this_server,
                   "load a server at a public address, which is yours");
  command.add_option("--rooms", o.rooms, "how many [1]");
  command.add_option("--participants", o.participants, "in each room [10]");
  command.add_option("--publishers", o.publishers, "of them send: the first [all]");
  command.add_option("--subscribers", o.subscribers, "of them receive: the last [all]");
  command.add_option("--ramp", o.joins_per_second, "joins per second [20]");
  command.add_option("--duration", flags.seconds, "seconds, after everybody has joined [10]");
  command.add_flag("--no-audio", flags.no_audio, "send no audio");
  command.add_flag("--no-video", flags.no_video, "send no video");
  command.add_option("--video-bitrate", o.video_bitrate_bps,
                     "bit/s of each camera, of the highest layer with --simulcast [1500000]");
  command.add_option("--fps", o.frames_per_second, "frames per second [30]");
  command.add_flag("--simulcast", o.simulcast, "three layers, each a quarter of the next");
  command.add_option("--threads", o.threads, "of media sockets [1]");
  command.add_option("--verify-one-in", o.verify_one_in,
                     "decrypt one received packet in so many; all are counted [1]");
  command.add_option("--server-pid", o.server_pid,
                     "a server on this machine: report its CPU and memory too");
  command.add_option("--json", flags.json_file, "write the report here; - is standard output");
  command.add_flag("--quiet", flags.quiet, "no progress and no table");
}

int run_loadtest(LoadTestFlags flags) {
  loadtest::Options& options = flags.options;
  options.audio = !flags.no_audio;
  options.video = !flags.no_video;
  options.verify_certificate = !flags.insecure;
  options.duration =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(flags.seconds));
  const auto report = loadtest::run(options, [&flags](const loadtest::Progress& progress) {
    if (!flags.quiet) show(progress);
  });
  if (!flags.quiet && ::isatty(STDERR_FILENO) == 1) std::fputs("\r\033[K", stderr);
  if (!report) {
    std::fprintf(stderr, "confab: %s\n", report.error().message.c_str());
    return report.error().code == ErrorCode::kInvalidArgument ? 2 : 1;
  }
  if (!flags.quiet && flags.json_file != "-") std::fputs(to_table(*report).c_str(), stdout);
  return flags.json_file.empty() ? 0 : write_json(flags.json_file, to_json(*report));
}

}  // namespace confab::cli
