#include "service/cli/parts/membership.h"

#include <utility>

namespace confab::cli {

Result<std::unique_ptr<Membership>> Membership::open(const Config& config,
                                                     std::span<const StaticService> services,
                                                     http::EventLoop& loop, LogSink& log) {
  auto self = std::unique_ptr<Membership>(new Membership(config, log));
  auto directory = open_directory(config, services, loop, log);
  if (!directory) return std::unexpected(directory.error());
  self->directory_ = std::move(*directory);
  return self;
}

Result<void> Membership::announce(const SelfDescription& self) {
  auto registration = describe_self(config_, self);
  if (!registration) return std::unexpected(registration.error());
  directory_->announce(*std::move(registration));
  return {};
}

void Membership::watch_settings(Apply apply) {
  apply_ = std::move(apply);
  directory_->watch_values("confab/config/",
                           [this](const discovery::Values& values) { handle_values(values); });
}

void Membership::handle_values(const discovery::Values& values) {
  const auto refused = [this](std::string_view name, std::string_view reason) {
    log_.write(LogLevel::kError, "setting_refused", {{"name", name}, {"reason", reason}});
  };
  auto proposal = settings_.propose(values);
  for (const auto& one : proposal.refused) refused(one.name, one.reason);
  if (const auto applied = apply_(proposal.settings); !applied) {
    settings_.refuse();
    return refused("", applied.error().message);
  }
  settings_.accept(std::move(proposal.settings));
}

void Membership::expose(metrics::Exposition& out) const {
  const discovery::Discovery::Counts asked = directory_->counts();
  out.gauge("discovery_reachable", "0 while the directory does not answer.", {},
            directory_->is_reachable() ? 1 : 0);
  const auto answers = [&](std::string_view what, std::uint64_t count) {
    out.counter("discovery_events", "What was asked of the directory, and what came of it.",
                {{"what", what}}, count);
  };
  answers("asked", asked.asked);
  answers("failed", asked.failed);
  answers("malformed", asked.malformed);
  answers("index_resets", asked.index_resets);
  answers("registrations", asked.registrations);
  out.gauge("settings_shared", "Settings of the directory that are in force.", {},
            static_cast<double>(settings_.in_force().size()));
  out.counter("settings_refused", "Settings of the directory that were not taken.", {},
              settings_.refused_count());
}

}  // namespace confab::cli
