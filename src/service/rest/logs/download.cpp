#include "service/rest/logs/download.h"

#include <utility>

#include "platform/clock/clock.h"
#include "service/rest/logs/page.h"

namespace confab::logs {
namespace {

constexpr logview::ScanLimits kPiece{
    .lines = 2000, .page_bytes = 256 * 1024, .bytes_read = kStepBytes};

}  // namespace

Download::Download(http::EventLoop& loop, std::shared_ptr<Archive> archive, logview::Filter filter,
                   std::function<void()> ended)
    : archive_(std::move(archive)),
      filter_(std::move(filter)),
      ended_(std::move(ended)),
      timer_(loop) {}

Download::~Download() {
  ended_();
}

void Download::read(Read done) {
  read_ = std::move(done);
  go_on();
}

void Download::go_on() {
  if (is_end_) return std::exchange(read_, nullptr)(std::string());
  auto streams = archive_->streams(monotonic_now());
  // Without its end the client sees that it is not whole.
  if (!streams) return std::exchange(read_, nullptr)(std::unexpected(streams.error()));
  logview::Scan scan =
      logview::read_piece(archive_->source(), *std::move(streams), filter_, kPiece, from_);
  from_ = scan.next();
  is_end_ = scan.is_end();
  archive_->counts.bytes_read += scan.bytes_read();
  archive_->counts.lines_too_long += scan.lines_too_long();
  std::string piece;
  for (const logview::Scan::Found& line : scan.found()) piece += line.text + '\n';
  if (!piece.empty() || is_end_) return std::exchange(read_, nullptr)(std::move(piece));
  // Others get their turn between the steps of a long search.
  timer_.set(monotonic_now(), [this] { go_on(); });
}

}  // namespace confab::logs
