#include "service/signaling/client_reports.h"

#include <numeric>

#include "base/instant.h"
#include "service/signaling/report_words.h"

namespace confab::signaling {
namespace {

double seconds(std::uint64_t ms) {
  return static_cast<double>(ms) / 1000;
}

}  // namespace

void ClientReports::take(const call::ClientReport& report) {
  ++taken_;
  for (std::size_t step = 0; step < call::kJoinSteps; ++step) {
    if (const auto took = report.steps_ms[step]) {
      steps_[step].add(std::chrono::milliseconds(*took));
    }
  }
  if (const auto& failed = report.failure) {
    ++failures_[static_cast<std::size_t>(failed->step)][static_cast<std::size_t>(failed->reason)];
  }
  if (const auto& pair = report.pair) {
    ++pairs_[static_cast<std::size_t>(pair->type)][pair->is_tcp ? 1 : 0];
  }
  for (const call::ClientReport::Mended& each : report.mended) {
    mended_[static_cast<std::size_t>(each.what)].add(std::chrono::milliseconds(each.away_ms));
  }
  freezes_ += report.freezes;
  frozen_ms_ += report.frozen_ms;
  video_ms_ += report.video_ms;
  concealed_ms_ += report.concealed_ms;
  audio_ms_ += report.audio_ms;
}

std::uint64_t ClientReports::failures(call::JoinStep step) const {
  const auto& of_step = failures_[static_cast<std::size_t>(step)];
  return std::accumulate(of_step.begin(), of_step.end(), std::uint64_t{0});
}

void ClientReports::drop(ErrorCode why) {
  switch (why) {
    case ErrorCode::kRateLimited:
      ++too_many_;
      return;
    case ErrorCode::kConflict:
    case ErrorCode::kForbidden:
      ++not_joined_;
      return;
    default:
      ++malformed_;
  }
}

void ClientReports::expose_dropped(metrics::Exposition& out) const {
  const auto dropped = [&](std::string_view reason, std::uint64_t count) {
    out.counter("client_reports_dropped", "Reports of clients that were not taken, by reason.",
                {{"reason", reason}}, count);
  };
  dropped("malformed", malformed_);
  dropped("rate_limited", too_many_);
  dropped("not_joined", not_joined_);
}

void ClientReports::expose_joins(metrics::Exposition& out) const {
  for (std::size_t step = 0; step < call::kJoinSteps; ++step) {
    steps_[step].expose("client_join_seconds",
                        "From the click to a step of the join, as clients saw it.",
                        {{"step", kStepWords[step]}}, out);
    for (std::size_t reason = 0; reason < call::kStepFailures; ++reason) {
      out.counter("client_joins_failed", "Joins that did not come past a step, by reason.",
                  {{"step", kStepWords[step]}, {"reason", kFailureWords[reason]}},
                  failures_[step][reason]);
    }
  }
}

void ClientReports::expose(metrics::Exposition& out) const {
  out.counter("client_reports", "Reports of clients.", {}, taken_);
  expose_dropped(out);
  expose_joins(out);
  for (std::size_t type = 0; type < call::kPairTypes; ++type) {
    for (std::size_t protocol = 0; protocol < 2; ++protocol) {
      out.counter("client_ice_pairs", "Paths of media that clients came to use, by their end.",
                  {{"type", kPairWords[type]}, {"protocol", kProtocolWords[protocol]}},
                  pairs_[type][protocol]);
    }
  }
  for (std::size_t what = 0; what < call::kInterruptions; ++what) {
    mended_[what].expose("client_reconnect_seconds",
                         "How long something was away that came back, as clients saw it.",
                         {{"what", kInterruptionWords[what]}}, out);
  }
  out.counter("client_freezes", "Freezes of video that clients saw.", {}, freezes_);
  out.seconds("client_frozen", "Video that stood still.", {}, seconds(frozen_ms_));
  out.seconds("client_video", "Video that was to be seen, of all streams.", {}, seconds(video_ms_));
  out.seconds("client_concealed", "Sound that was made up for lost packets.", {},
              seconds(concealed_ms_));
  out.seconds("client_audio", "Sound that was to be heard, of all streams.", {},
              seconds(audio_ms_));
}

}  // namespace confab::signaling
