#include "service/rest/logs/live.h"

#include <utility>

#include "platform/clock/clock.h"
#include "platform/log/view/scan.h"
#include "service/rest/logs/answer.h"
#include "service/rest/logs/page.h"

namespace confab::logs {
namespace {

constexpr Duration kInterval = 250ms;
// Proxies and browsers give a silent connection up; 60 s is nginx's patience. And who looks for
// little knows by then how far we have looked: from a place that lies hours back they would be
// brought to the end, past lines that they look for.
constexpr Duration kSilentMax = 15s;
constexpr logview::ScanLimits kPiece{
    .lines = 500, .page_bytes = 256 * 1024, .bytes_read = kStepBytes};

}  // namespace

LiveTail::LiveTail(http::EventLoop& loop, std::shared_ptr<Archive> archive, Setup setup)
    : archive_(std::move(archive)),
      setup_(std::move(setup)),
      timer_(loop),
      silent_since_(monotonic_now()) {}

LiveTail::~LiveTail() {
  setup_.ended();
}

void LiveTail::read(Read done) {
  read_ = std::move(done);
  look();
}

void LiveTail::end() {
  is_over_ = true;
  if (read_) look();
}

void LiveTail::look() {
  if (is_over_ || !setup_.may()) return say("");
  const Instant now = monotonic_now();
  std::string piece = news();
  if (piece.empty() && now - silent_since_ >= kSilentMax) piece = place_event(setup_.from);
  if (!piece.empty()) return say(std::move(piece));
  timer_.set(now + kInterval, [this] { look(); });
}

void LiveTail::say(std::string piece) {
  timer_.cancel();
  silent_since_ = monotonic_now();
  std::exchange(read_, nullptr)(std::move(piece));
}

std::string LiveTail::news() {
  auto streams = archive_->streams(monotonic_now());
  // It may come back, as a folder does that is mounted again.
  if (!streams) return {};
  const logview::Ahead ahead = logview::ahead_of(*streams, setup_.from);
  Lost lost{.files = ahead.files_gone};
  const bool is_too_far = ahead.bytes > kBehindMax;
  if (is_too_far) {
    lost.bytes = ahead.bytes;
    setup_.from.clear();
    for (const logview::Stream& stream : *streams) {
      setup_.from.push_back(logview::StreamReader::end_of(archive_->source(), stream));
    }
    return lost_event(lost, setup_.from);
  }
  logview::Scan scan = logview::read_piece(archive_->source(), *std::move(streams), setup_.filter,
                                           kPiece, setup_.from);
  setup_.from = scan.next();
  lost.lines = scan.lines_too_long();
  archive_->counts.bytes_read += scan.bytes_read();
  archive_->counts.lines_too_long += lost.lines;
  std::string out;
  if (lost.is_any()) out += lost_event(lost, setup_.from);
  if (!scan.found().empty()) out += lines_event(scan.found(), setup_.from);
  return out;
}

}  // namespace confab::logs
