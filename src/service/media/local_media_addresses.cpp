// LocalMedia's ports: which addresses they are opened on, at start and later.
#include <algorithm>
#include <utility>

#include "service/media/local_media.h"

namespace confab::media {

using engine::ListenError;

Result<void> LocalMedia::open_addresses() {
  const auto opened = config_.addresses.empty() ? open_discovered() : open_named();
  if (!opened || !announced_.addresses.empty()) return opened;
  return fail(ErrorCode::kUnavailable,
              "no network address to listen on; name one with --media-address");
}

// What was asked for is had, or the operator learns why not.
Result<void> LocalMedia::open_named() {
  announced_ = choose_addresses(config_.addresses, {});
  for (const MediaAddress& address : announced_.addresses) {
    auto ports = open_or_wait(address);
    if (!ports) return fail(ErrorCode::kUnavailable, ports.error().message);
    opened_.push_back(std::move(*ports));
  }
  return {};
}

Result<void> LocalMedia::open_discovered() {
  const auto interfaces = surroundings_.interfaces();
  announced_ = choose_addresses({}, interfaces);
  const Instant now = surroundings_.now();
  auto done = follow(listening_.look(now, announced_.addresses, interfaces), true);
  if (done && listening_.announced().empty()) done = follow(look_again(interfaces), true);
  announced_.addresses = listening_.announced();
  return done;
}

// Nothing of what was chosen works: this machine itself at least is served.
Listening::Steps LocalMedia::look_again(std::span<const engine::InterfaceAddress> interfaces) {
  std::vector<MediaAddress> wanted = choose_addresses({}, interfaces).addresses;
  for (const engine::InterfaceAddress& i : interfaces) {
    const MediaAddress address{i.address, i.address};
    if (i.address.is_loopback() && std::ranges::find(wanted, address) == wanted.end()) {
      wanted.push_back(address);
    }
  }
  return listening_.look(surroundings_.now(), wanted, interfaces);
}

Result<void> LocalMedia::follow(const Listening::Steps& steps, bool is_start) {
  for (const MediaAddress& address : steps.open) {
    auto ports =
        is_start ? open_or_wait(address) : open_ports(address, config_, loop_options_, count_);
    if (ports) {
      opened_.push_back(std::move(*ports));
      listening_.opened(address);
      continue;
    }
    if (is_start && ports.error().kind != ListenError::Kind::kNotHere) {
      return fail(ErrorCode::kUnavailable, ports.error().message);
    }
    if (!listening_.failed(surroundings_.now(), address)) continue;
    const std::string warning =
        ports.error().message + "; it is left out, and taken up when it works";
    if (is_start) {
      announced_.warnings.push_back(warning);
    } else {
      log_.write(LogLevel::kWarn, "media_address_unusable", {{"why", Private{warning}}});
    }
  }
  return {};
}

std::expected<PortsOfShards, ListenError> LocalMedia::open_or_wait(const MediaAddress& address) {
  for (;;) {
    auto ports = open_ports(address, config_, loop_options_, count_);
    if (ports || ports.error().kind != ListenError::Kind::kInUse) return ports;
    const std::uint16_t port = ports.error().port;
    const bool is_first = !port_wait_.has_waited();
    const auto wait = port_wait_.next(engine::somebody_listens(port));
    if (!wait) return ports;
    if (is_first) {
      const std::string sentence = port_wait_.sentence(ports.error().message, port);
      log_.write(LogLevel::kWarn, "media_port_busy", {{"why", Private{sentence}}});
      surroundings_.tell(sentence);
    }
    surroundings_.pause(*wait);
  }
}

void LocalMedia::look_at_interfaces() {
  if (!config_.addresses.empty()) return;
  const auto interfaces = surroundings_.interfaces();
  if (interfaces.empty()) return;  // the kernel did not say
  const std::vector<MediaAddress> wanted = choose_addresses({}, interfaces).addresses;
  Listening::Steps steps = listening_.look(surroundings_.now(), wanted, interfaces);
  // Not at start: an address that can not be had is told of, and tried again.
  (void)follow(steps, false);
  if (listening_.announced().empty()) (void)follow(look_again(interfaces), false);
  const std::vector<MediaAddress> announced = listening_.announced();
  if (opened_.empty() && steps.close.empty() && announced == announced_.addresses) return;

  announced_.addresses = announced;
  log_.write(LogLevel::kInfo, "media_addresses",
             {{"announced", announced.size()},
              {"opened", opened_.size()},
              {"closed", steps.close.size()}});
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    AddressChange change;
    for (PortsOfShards& ports : opened_) change.open.push_back(std::move(ports[i]));
    for (const IpAddress& gone : steps.close) change.close.push_back({gone, port_of(config_, i)});
    change.candidates = candidates_of(announced, config_, i);
    shards_[i]->change_addresses(std::move(change));
  }
  opened_.clear();
}

}  // namespace confab::media
