#include "service/webhooks/delivery.h"

#include "gtest/gtest.h"

namespace confab::webhooks {
namespace {

TEST(WebhookSignature, is_what_the_standard_webhooks_libraries_compute) {
  // The example of the Standard Webhooks specification.
  const auto made =
      signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1614265330, R"({"test": 2432232314})");
  EXPECT_EQ(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, needs_a_secret_of_ours) {
  for (const char* secret : {"", "whsec_", "whsec_!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
    EXPECT_FALSE(signature(secret, "id", 1, "{}")) << secret;
  }
  SeededRandom random(1);
  EXPECT_TRUE(signature(make_secret(random), "id", 1, "{}"));
  EXPECT_NE(make_secret(random), make_secret(random));
}

TEST(WebhookRetries, come_later_each_time_up_to_an_hour_and_never_together) {
  SeededRandom random(1);
  for (std::int64_t attempts = 1; attempts <= kAttemptsMax; ++attempts) {
    const std::int64_t middle = std::min<std::int64_t>(5'000LL << (attempts - 1), 3'600'000);
    for (int i = 0; i < 50; ++i) {
      const std::int64_t wait = wait_after_ms(attempts, random);
      EXPECT_GE(wait, middle * 80 / 100);
      EXPECT_LE(wait, middle * 120 / 100);
    }
  }
  EXPECT_NE(wait_after_ms(9, random), wait_after_ms(9, random));
}

TEST(WebhookAnswers, other_than_2xx_are_none_redirects_among_them) {
  EXPECT_TRUE(is_taken(200) && is_taken(204) && is_taken(299));
  EXPECT_FALSE(is_taken(199) || is_taken(301) || is_taken(302) || is_taken(308) || is_taken(400) ||
               is_taken(500));
}

}  // namespace
}  // namespace confab::webhooks
