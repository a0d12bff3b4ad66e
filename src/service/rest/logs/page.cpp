#include "service/rest/logs/page.h"

#include <utility>

#include "service/rest/logs/answer.h"

namespace confab::logs {

void Page::start(http::EventLoop& loop, std::shared_ptr<Archive> archive, logview::Scan scan,
                 logview::Way way, http::Responder responder, std::function<void()> done) {
  const auto page = std::make_shared<Page>(loop, std::move(archive), std::move(scan), way,
                                           std::move(responder), std::move(done));
  page->responder_.on_abandoned([weak = std::weak_ptr(page)] {
    if (const auto self = weak.lock()) self->is_abandoned_ = true;
  });
  page->step();
}

Page::Page(http::EventLoop& loop, std::shared_ptr<Archive> archive, logview::Scan scan,
           logview::Way way, http::Responder responder, std::function<void()> done)
    : loop_(loop),
      archive_(std::move(archive)),
      scan_(std::move(scan)),
      way_(way),
      responder_(std::move(responder)),
      done_(std::move(done)) {}

void Page::step() {
  if (is_abandoned_) return done_();
  if (!scan_.step(kStepBytes)) return loop_.post([self = shared_from_this()] { self->step(); });
  archive_->counts.bytes_read += scan_.bytes_read();
  archive_->counts.lines_too_long += scan_.lines_too_long();
  http::Response response = http::Response::json(200, page_json(scan_, way_));
  response.headers.emplace_back("Cache-Control", "no-store");
  responder_.send(std::move(response));
  done_();
}

}  // namespace confab::logs
