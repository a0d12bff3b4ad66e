#include "service/signaling/client_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "platform/json/json.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling {
namespace {

using testing::HasSubstr;

class ClientReportsTest : public testing::Test {
 protected:
  Result<call::ClientReport> read(std::string_view text) const {
    const auto payload = json::parse(text);
    if (!payload) return std::unexpected(payload.error());
    json::ReadStatus status;
    const call::Request request =
        own::kClientReport.read(json::Reader(*payload, status), {signer_, 0, "", true, {}});
    if (!status.ok()) return std::unexpected(status.error());
    return std::get<call::SendReport>(request).report;
  }
  std::string text() const {
    metrics::Exposition out;
    reports_.expose(out);
    return out.text();
  }

  auth::TokenSigner signer_{auth::TokenSigner::Key{1, 2, 3}};
  ClientReports reports_;
};

TEST_F(ClientReportsTest, what_a_person_saw_is_in_the_numbers) {
  const auto report = read(
      R"({"join":{"socket":80,"join":140.7,"ice":300,"dtls":420,"first_media":700,"first_frame":2600},
          "pair":{"type":"relay","protocol":"tcp"},"failed":{"step":"ice","reason":"timeout"},
          "mended":[{"what":"socket","awayMs":1200},{"what":"ice","awayMs":90}],
          "freezes":3,"frozenMs":1500,"videoMs":30000,"concealedMs":250,"audioMs":30000})");
  ASSERT_TRUE(report) << report.error().message;
  reports_.take(*report);
  const std::string said = text();
  for (const char* line :
       {"confab_client_reports_total 1\n",
        "client_join_seconds_bucket{step=\"join\",le=\"0.25\"} 1\n",
        "client_join_seconds_bucket{step=\"first_frame\",le=\"2.5\"} 0\n",
        "client_join_seconds_count{step=\"first_frame\"} 1\n",
        "client_joins_failed_total{step=\"ice\",reason=\"timeout\"} 1\n",
        "client_ice_pairs_total{type=\"relay\",protocol=\"tcp\"} 1\n",
        "client_reconnect_seconds_sum{what=\"socket\"} 1.2\n",
        "client_reconnect_seconds_count{what=\"ice\"} 1\n", "client_freezes_total 3\n",
        "client_frozen_seconds_total 1.5\n", "client_concealed_seconds_total 0.25\n",
        "client_audio_seconds_total 30\n", "client_video_seconds_total 30\n"}) {
    EXPECT_THAT(said, HasSubstr(line));
  }
}

TEST_F(ClientReportsTest, nothing_need_be_said) {
  const auto report = read("{}");
  ASSERT_TRUE(report);
  reports_.take(*report);
  EXPECT_THAT(text(), HasSubstr("client_join_seconds_count{step=\"socket\"} 0\n"));
}

TEST_F(ClientReportsTest, a_word_or_a_number_that_can_not_be_is_refused_and_counted) {
  for (const char* wrong :
       {R"({"join":{"sockets":1}})", R"({"join":{"ice":-1}})", R"({"join":{"ice":600001}})",
        R"({"join":{"ice":"1"}})", R"({"join":[1]})", R"({"failed":{"step":"ice"}})",
        R"({"failed":{"step":"<room>","reason":"timeout"}})",
        R"({"pair":{"type":"host","protocol":"sctp"}})", R"({"freezes":1e9})",
        R"({"mended":[{},{},{},{},{},{},{},{},{}]})", R"({"mended":[{"awayMs":1}]})"}) {
    const auto report = read(wrong);
    ASSERT_FALSE(report) << wrong;
    reports_.drop(report.error().code);
  }
  reports_.drop(ErrorCode::kRateLimited);
  reports_.drop(ErrorCode::kConflict);
  EXPECT_THAT(text(), HasSubstr("client_reports_dropped_total{reason=\"malformed\"} 11\n"));
  EXPECT_THAT(text(), HasSubstr("client_reports_dropped_total{reason=\"rate_limited\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("client_reports_dropped_total{reason=\"not_joined\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("confab_client_reports_total 0\n"));
}

}  // namespace
}  // namespace confab::signaling
