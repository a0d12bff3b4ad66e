#include "service/signaling/dialects/compat/producer_news.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace confab::signaling::compat {
namespace {

constexpr Instant kT0 = Instant() + 100s;

call::ProducerInfo producer(unsigned number) {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id = "pr_00000000000000000000000000";
  id[27] = kDigits[number / 32];
  id[28] = kDigits[number % 32];
  return {.id = ProducerId::parse(id).value()};
}
call::Notice added(unsigned number) {
  return call::ProducerAdded{{}, producer(number)};
}

TEST(ProducerNews, wait_until_it_has_asked_and_are_told_by_the_answer) {
  ProducerNews news;
  EXPECT_TRUE(news.keep(kT0, added(1)));
  EXPECT_TRUE(news.keep(kT0 + 10ms, added(2)));
  EXPECT_TRUE(news.on_asked().empty());
  EXPECT_EQ(news.due(), kNever);
  EXPECT_FALSE(news.keep(kT0 + 20ms, added(3)));
}

TEST(ProducerNews, do_not_wait_for_one_that_never_asks) {
  ProducerNews news;
  news.keep(kT0, added(1));
  news.keep(kT0 + 900ms, added(2));
  EXPECT_EQ(news.due(), kT0 + kAsksWithin);
  EXPECT_EQ(news.release().size(), 2u);
  EXPECT_FALSE(news.keep(kT0 + 2s, added(3)));
}

TEST(ProducerNews, keep_the_order_of_what_happens_to_one_producer) {
  ProducerNews news;
  news.keep(kT0, added(1));
  EXPECT_TRUE(news.keep(kT0, call::ProducerPauseChanged{{}, producer(1)}));
  EXPECT_TRUE(news.keep(kT0, call::ProducerRemoved{{}, producer(1)}));
  // Another producer is none of this.
  EXPECT_FALSE(news.keep(kT0, call::ProducerPauseChanged{{}, producer(2)}));
  EXPECT_FALSE(news.keep(kT0, call::ProducerRemoved{{}, producer(2)}));
  const std::vector<call::Notice> out = news.release();
  ASSERT_EQ(out.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<call::ProducerAdded>(out[0]));
  EXPECT_TRUE(std::holds_alternative<call::ProducerPauseChanged>(out[1]));
  EXPECT_TRUE(std::holds_alternative<call::ProducerRemoved>(out[2]));
}

TEST(ProducerNews, still_tell_of_a_pause_after_the_answer) {
  ProducerNews news;
  news.keep(kT0, added(1));
  news.keep(kT0, call::ProducerPauseChanged{{}, producer(1)});
  const std::vector<call::Notice> out = news.on_asked();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<call::ProducerPauseChanged>(out[0]));
}

TEST(ProducerNews, hold_no_chat_back) {
  ProducerNews news;
  news.keep(kT0, added(1));
  EXPECT_FALSE(news.keep(kT0, call::ChatPosted{}));
}

TEST(ProducerNews, are_due_when_too_many_wait) {
  ProducerNews news;
  for (unsigned i = 0; i <= kWaitingMax; ++i) news.keep(kT0, added(i));
  EXPECT_EQ(news.due(), kT0);
}

}  // namespace
}  // namespace confab::signaling::compat
