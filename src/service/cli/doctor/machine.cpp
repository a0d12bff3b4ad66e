#include "service/cli/doctor/machine.h"

#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/descriptors.h"
#include "engine/interfaces.h"
#include "engine/port_use.h"
#include "engine/shard_thread.h"
#include "platform/clock/clock.h"
#include "platform/tls/certificate_check.h"
#include "service/media/announced.h"
#include "service/media/ports.h"

namespace confab::cli {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ports_text(std::uint16_t first, std::size_t count) {
  const std::string from = std::to_string(first);
  return count == 1 ? from : from + "-" + std::to_string(first + count - 1);
}

std::size_t shards_of(const MediaConfig& config) {
  return config.shards != 0 ? config.shards : engine::usable_cores();
}

std::vector<MediaAddress> addresses_of(const MediaConfig& config) {
  return media::choose_addresses(config.addresses, engine::interface_addresses()).addresses;
}

void check_ephemeral(const MediaConfig& config, std::size_t shards, Report& report) {
  const engine::EphemeralPorts ephemeral = engine::ephemeral_ports();
  const std::string ports = ports_text(config.port, shards);
  for (std::size_t i = 0; i < shards; ++i) {
    if (!ephemeral.contains(media::port_of(config, i))) continue;
    return report.warn(
        {.check = "media.ephemeral",
         .setting = "media.port",
         .what = "ports " + ports + " lie where the kernel takes the ports of connections from (" +
                 std::to_string(ephemeral.first) + "-" + std::to_string(ephemeral.last) +
                 "): one of them may be taken at a start",
         .remedy = "sysctl net.ipv4.ip_local_reserved_ports=" + ports +
                   " (deploy/systemd/confab.sysctl), or a media.port below " +
                   std::to_string(ephemeral.first)});
  }
  report.ok("media.ephemeral", "no connection of this machine is given ports " + ports);
}

}  // namespace

void check_media_addresses(const MediaConfig& config, Report& report) {
  const auto interfaces = engine::interface_addresses();
  const auto chosen = media::choose_addresses(config.addresses, interfaces);
  for (const MediaAddress& address : chosen.addresses) {
    const bool is_here = address.listen.is_unspecified() ||
                         std::ranges::any_of(interfaces, [&](const engine::InterfaceAddress& i) {
                           return i.address == address.listen;
                         });
    if (!is_here && !address.listen.is_loopback()) {
      report.wrong({.check = "media.addresses",
                    .setting = "media.addresses",
                    .what = address.listen.to_string() + " is no address of this machine",
                    .remedy = "name one that `ip address` shows; behind a NAT LOCAL=PUBLIC"});
    } else if (address.announced.is_loopback() || address.announced.is_unspecified()) {
      report.warn({.check = "media.addresses",
                   .setting = "media.addresses",
                   .what = address.announced.to_string() +
                           " is announced: browsers on other machines can not reach it",
                   .remedy = "announce the address that they reach: LOCAL=PUBLIC"});
    } else {
      report.ok("media.addresses", "listens on " + address.listen.to_string() + ", announces " +
                                       address.announced.to_string());
    }
  }
  for (const std::string& warning : chosen.warnings) {
    report.warn({.check = "media.addresses",
                 .setting = "media.addresses",
                 .what = warning,
                 .remedy = "set media.addresses where that is not what you want"});
  }
  if (chosen.addresses.empty()) {
    report.wrong({.check = "media.addresses",
                  .setting = "media.addresses",
                  .what = "there is no address to announce",
                  .remedy = "bring up an interface, or name an address"});
  }
}

void check_media_ports(const MediaConfig& config, bool is_running, Report& report) {
  const std::size_t shards = shards_of(config);
  check_ephemeral(config, shards, report);
  const std::string ports = ports_text(config.port, shards);
  if (is_running) return report.ok("media.ports", "confab runs, and has ports " + ports);
  const engine::LoopOptions options = media::loop_options(config, shards);
  bool is_free = true;
  for (const MediaAddress& address : addresses_of(config)) {
    const auto opened = media::open_ports(address, config, options, shards);
    // What is no address of this machine was said above.
    if (opened || opened.error().kind == engine::ListenError::Kind::kNotHere) continue;
    is_free = false;
    report.wrong({.check = "media.ports",
                  .setting = "media.port",
                  .what = opened.error().message,
                  .remedy = "end what has it (ss -lntup), or choose another media.port"});
  }
  if (is_free) {
    report.ok("media.ports", "ports " + ports + " can be opened" +
                                 (config.udp ? std::string(", UDP") : std::string()) +
                                 (config.tcp ? ", TCP" : ""));
  }
  if (!config.tcp) {
    report.warn({.check = "media.ports",
                 .setting = "media.tcp",
                 .what = "media over TCP is off: who has no UDP needs TURN",
                 .remedy = "media.tcp: true, or a turn: server with ?transport=tcp"});
  }
  if (!config.udp) {
    report.warn({.check = "media.ports",
                 .setting = "media.udp",
                 .what = "media over UDP is off: everybody waits for packets that were lost",
                 .remedy = "media.udp: true"});
  }
}

void check_limits(const Config& config, Role role, Report& report) {
  constexpr std::size_t kDescriptorsWanted = 4096;
  const std::size_t descriptors = engine::descriptor_limit();
  if (descriptors < kDescriptorsWanted) {
    report.warn({.check = "limits.descriptors",
                 .setting = "LimitNOFILE",
                 .what = "no more than " + std::to_string(descriptors) +
                         " descriptors may be open: one for each WebSocket",
                 .remedy = "LimitNOFILE=65536 in the unit, ulimits: nofile in compose, or "
                           "ulimit -n 65536"});
  } else {
    report.ok("limits.descriptors", std::to_string(descriptors) + " descriptors may be open");
  }
  if (role != Role::kServe && role != Role::kMedia) return;
  const std::string text = read_file("/proc/sys/net/core/rmem_max");
  const std::size_t most = std::strtoull(text.c_str(), nullptr, 10);
  const std::size_t wanted = config.media.receive_buffer_bytes;
  // The kernel doubles what is asked for, and holds what is asked for against rmem_max.
  if (most != 0 && most < wanted) {
    report.warn({.check = "limits.socket_buffers",
                 .setting = "net.core.rmem_max",
                 .what = "the kernel gives " + std::to_string(most) + " of the " +
                         std::to_string(wanted) +
                         " bytes that media.receive_buffer_bytes asks for: packets are lost "
                         "when many come at once",
                 .remedy = "sysctl net.core.rmem_max=" + std::to_string(wanted) +
                           " (deploy/systemd/confab.sysctl)"});
  } else {
    report.ok("limits.socket_buffers",
              "receive buffers of " + std::to_string(wanted) + " bytes are to be had");
  }
}

void check_certificate_file(const HttpConfig& config, Report& report) {
  if (config.tls_certificate.empty()) {
    if (!config.tls) return report.ok("certificate", "TLS is left to who stands in front");
    return report.warn({.check = "certificate",
                        .setting = "http.tls_certificate",
                        .what = "the certificate is self-made: every browser asks whether to go on",
                        .remedy = "name one that browsers believe, and its key (http.tls_key)"});
  }
  const std::string certificate = read_file(config.tls_certificate);
  const auto wrong = [&](std::string what, std::string remedy) {
    report.wrong({.check = "certificate",
                  .setting = "http.tls_certificate",
                  .what = config.tls_certificate + " " + std::move(what),
                  .remedy = std::move(remedy)});
  };
  if (certificate.empty()) return wrong("can not be read", "see its path and its rights");
  if (auto checked = check_certificate(certificate, read_file(config.tls_key)); !checked) {
    return wrong(checked.error().message, "http.tls_key is to be the key of this certificate");
  }
  const auto until = certificate_expiry(certificate);
  if (!until) return wrong(until.error().message, "have it made again");
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t left = *until - wall_unix_ms() / 1000;
  const std::string date = format_utc(*until * 1000);
  if (left <= 0) return wrong("expired at " + date, "renew it, then SIGHUP");
  if (left < 14 * kDay) {
    return report.warn({.check = "certificate",
                        .setting = "http.tls_certificate",
                        .what = "it expires at " + date,
                        .remedy = "renew it, then SIGHUP"});
  }
  report.ok("certificate", "it is good until " + date);
}

void check_folders(const Config& config, Role role, Report& report) {
  const auto look = [&](const std::string& check, const std::string& setting,
                        const std::string& folder) {
    constexpr std::uint64_t kBytesWanted = 256u * 1024 * 1024;
    if (::access(folder.c_str(), F_OK) != 0) {
      return report.warn({.check = check,
                          .setting = setting,
                          .what = folder + " is not there",
                          .remedy = "it is made at the start where the folder above it may be "
                                    "written to"});
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
      return report.wrong({.check = check,
                           .setting = setting,
                           .what = folder + " can not be written to",
                           .remedy = "chown it to the user that confab runs as"});
    }
    struct statvfs disk{};
    const bool is_known = ::statvfs(folder.c_str(), &disk) == 0;
    const std::uint64_t left = is_known ? std::uint64_t{disk.f_bavail} * disk.f_frsize : 0;
    if (is_known && left < kBytesWanted) {
      return report.wrong({.check = check,
                           .setting = setting,
                           .what = "the disk of " + folder + " is full: " +
                                   std::to_string(left / (1024 * 1024)) + " MiB are left",
                           .remedy = "make room"});
    }
    report.ok(check, folder + " can be written to");
  };
  if (role == Role::kServe || role == Role::kSignaling || role == Role::kMedia) {
    look("data", "data", config.data_dir);
  }
  if (!config.log.dir.empty()) look("log", "log.dir", config.log.dir);
}

void check_clock(Report& report) {
  timex state{};
  const int clock = ::adjtimex(&state);
  if (clock == TIME_ERROR || (clock >= 0 && (state.status & STA_UNSYNC) != 0)) {
    return report.warn({.check = "clock",
                        .setting = "the system clock",
                        .what = "nobody keeps it in time: tokens and certificates are judged by it",
                        .remedy = "systemctl enable --now systemd-timesyncd, or chrony"});
  }
  report.ok("clock", "the system clock is kept in time");
}

}  // namespace confab::cli
