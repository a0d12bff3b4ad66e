#include "service/cli/doctor/report.h"

#include <gtest/gtest.h>

namespace confab::cli {
namespace {

TEST(DoctorReportTest, ALineSaysWhatIsWrongAndTheNextWhatToDo) {
  Report report;
  report.ok("clock", "the clock is kept in time");
  report.wrong({.check = "media.ports",
                .setting = "media.port",
                .what = "40000 is taken",
                .remedy = "choose another"});
  EXPECT_EQ(report.text(),
            "ok       clock: the clock is kept in time\n"
            "wrong    media.ports: 40000 is taken [media.port]\n"
            "         → choose another\n");
}

TEST(DoctorReportTest, AWarningIsNoIllness) {
  Report report;
  report.warn({.check = "ice", .setting = "ice.urls", .what = "none", .remedy = "name one"});
  EXPECT_TRUE(report.is_healthy());
  report.wrong({.check = "ice", .setting = "ice.urls", .what = "gone", .remedy = "start it"});
  EXPECT_FALSE(report.is_healthy());
}

TEST(DoctorReportTest, ScriptsReadTheSameAsJson) {
  Report report;
  report.wrong({.check = "store", .setting = "database.url", .what = "a \"b\"", .remedy = "c"});
  EXPECT_EQ(report.json(), R"({"healthy":false,"findings":[{"verdict":"wrong","check":"store",)"
                           R"("setting":"database.url","what":"a \"b\"","remedy":"c"}]})"
                           "\n");
}

}  // namespace
}  // namespace confab::cli
