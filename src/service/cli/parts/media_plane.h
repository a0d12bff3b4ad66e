// The shards of this process, with the addresses of the machine kept up to date. Loop thread only.
#pragma once

#include <memory>

#include "base/error.h"
#include "base/log.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "service/media/local_media.h"
#include "service/media/shared_media.h"

namespace confab::cli {

class MediaPlane {
 public:
  // Opens every port (media::LocalMedia::start). References outlive it.
  static Result<std::unique_ptr<MediaPlane>> open(const Config& config, http::EventLoop& loop,
                                                  LogSink& log);

  media::LocalMedia& media() { return *media_; }
  // Somebody more who commands it.
  media::SharedMedia::User& add_user() { return shared_->add_user(); }
  // What the operator should know of the addresses and buffers that were had: logged and said.
  void tell_warnings(const Config& config, LogSink& log) const;

 private:
  explicit MediaPlane(http::EventLoop& loop) : interfaces_timer_(loop) {}
  void look_at_interfaces();

  std::unique_ptr<media::LocalMedia> media_;
  std::unique_ptr<media::SharedMedia> shared_;
  http::LoopTimer interfaces_timer_;
};

}  // namespace confab::cli
