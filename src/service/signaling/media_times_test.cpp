#include "service/signaling/media_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confab::signaling {
namespace {

using testing::HasSubstr;

std::string text_of(const MediaTimes& times) {
  metrics::Exposition out;
  times.expose(out);
  return out.text();
}

TEST(MediaTimes, ACommandIsCountedByItsKindAndWhatCameOfIt) {
  const Instant start{};
  MediaTimes times;
  times.sent({.id = 1, .meeting = {}, .request = control::OpenMeeting{}}, start);
  times.sent({.id = 2, .meeting = {}, .request = control::Dismiss{}}, start);
  times.sent({.id = 3, .meeting = {}, .request = control::Dismiss{}}, start);
  times.completed({1, {}, control::Done{}}, start + 30ms);
  times.completed({2, {}, fail(ErrorCode::kTimeout, "late")}, start + 3s);
  times.completed({3, {}, fail(ErrorCode::kNotFound, "none")}, start + 1ms);
  times.completed({9, {}, control::Done{}}, start + 1ms);

  const std::string text = text_of(times);
  EXPECT_THAT(text,
              HasSubstr("media_commands_total{command=\"open_meeting\",result=\"done\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("media_commands_total{command=\"dismiss\",result=\"late\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("media_commands_total{command=\"dismiss\",result=\"refused\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{command=\"open_meeting\",le=\"0.025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{command=\"open_meeting\",le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("seconds_count{command=\"dismiss\"} 2\n"));
}

}  // namespace
}  // namespace confab::signaling
