#include "rtc/ortc/validate.h"
#include "sfu/commands/commands.h"

namespace confab::sfu {
namespace {

std::size_t transports_on(const ShardState& shard) {
  std::size_t sum = 0;
  for (const auto& [id, router] : shard.routers) sum += router->transports().size();
  return sum;
}

}  // namespace

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::CreateTransport& request) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  if (transports_on(shard) >= shard.context.config.limits.transports_max) {
    return fail(ErrorCode::kFull, "no more transports on this server");
  }
  const WebRtcTransport& transport = (*router)->add_transport(now, request);
  control::TransportCreated created;
  created.transport = transport.setup().id;
  created.ice = transport.ice_parameters();
  created.candidates = shard.context.config.candidates;
  created.dtls.role = ortc::DtlsRole::kAuto;
  created.dtls.fingerprints = {shard.context.identity.fingerprint()};
  return created;
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::ConnectTransport& request) {
  const auto transport = find_in<WebRtcTransport>(shard, meeting, request.transport, "transport");
  if (!transport) return std::unexpected(transport.error());
  if (const auto valid = ortc::validate(request.dtls); !valid) {
    return std::unexpected(valid.error());
  }
  if (const auto connected = (*transport)->connect(now, request.dtls); !connected) {
    return std::unexpected(connected.error());
  }
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::RestartIce& request) {
  const auto transport = find_in<WebRtcTransport>(shard, meeting, request.transport, "transport");
  if (!transport) return std::unexpected(transport.error());
  return control::IceRestarted{(*transport)->restart_ice(now)};
}

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::CloseTransport& request) {
  const auto transport = find_in<WebRtcTransport>(shard, meeting, request.transport, "transport");
  if (!transport) return std::unexpected(transport.error());
  shard.routers.at(meeting)->remove_transport(request.transport);
  return control::Done{};
}

}  // namespace confab::sfu
