#include "service/cli/parts/media_plane.h"

#include <string>
#include <utility>

#include "engine/shard_thread.h"
#include "platform/clock/clock.h"
#include "service/cli/parts/say.h"
#include "service/media/identity_file.h"

namespace confab::cli {

Result<std::unique_ptr<MediaPlane>> MediaPlane::open(const Config& config, http::EventLoop& loop,
                                                     LogSink& log) {
  auto identity = media::load_or_make_identity(config.data_dir + "/dtls.pem");
  if (!identity) return std::unexpected(identity.error());
  media::Surroundings surroundings;
  surroundings.tell = [](const std::string& sentence) { say("confab: " + sentence + "\n"); };
  auto media = media::LocalMedia::start(
      config.media, config.node, std::move(*identity), log,
      [&loop](auto task) { loop.post(std::move(task)); }, std::move(surroundings));
  if (!media) return std::unexpected(media.error());
  auto self = std::unique_ptr<MediaPlane>(new MediaPlane(loop));
  self->media_ = std::move(*media);
  self->shared_ = std::make_unique<media::SharedMedia>(*self->media_);
  self->media_->set_listener(*self->shared_);
  self->look_at_interfaces();
  // Two hundred who join at once are a lot of JSON; the packets of those who talk do not wait for
  // it.
  engine::let_shards_go_first();
  return self;
}

// Addresses come and go: a cable, a VPN, IPv6 that was not ready at start.
void MediaPlane::look_at_interfaces() {
  constexpr Duration kInterval = 2s;
  interfaces_timer_.set(monotonic_now() + kInterval, [this] {
    media_->look_at_interfaces();
    look_at_interfaces();
  });
}

void MediaPlane::tell_warnings(const Config& config, LogSink& log) const {
  for (const std::string& warning : media_->announced().warnings) {
    log.write(LogLevel::kWarn, "announced_addresses", {{"warning", Private{warning}}});
    say("  note: " + warning + "\n");
  }
  const int had = media_->shard(0).receive_buffer_bytes();
  if (static_cast<std::size_t>(had) < config.media.receive_buffer_bytes) {
    log.write(LogLevel::kWarn, "receive_buffer_small",
              {{"bytes", had}, {"remedy", "sysctl -w net.core.rmem_max=8388608"}});
  }
}

}  // namespace confab::cli
