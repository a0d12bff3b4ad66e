#include "sfu/sent_runs.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

TEST(SentRuns, leads_each_number_to_the_run_it_was_given_out_in) {
  SentRuns runs;
  EXPECT_EQ(runs.find(5), nullptr);
  runs.begin({.first = 10, .seq_offset = 1, .source = {0, 0}});
  runs.begin({.first = 20, .seq_offset = 2, .source = {1, 0}});
  EXPECT_EQ(runs.find(9), nullptr);
  EXPECT_EQ(runs.find(10)->seq_offset, 1);
  EXPECT_EQ(runs.find(19)->seq_offset, 1);
  EXPECT_EQ(runs.find(20)->seq_offset, 2);
  EXPECT_EQ(runs.find(1000)->source.encoding, 1);
}

TEST(SentRuns, one_in_which_nothing_went_out_leaves_no_trace) {
  SentRuns runs;
  runs.begin({.first = 10, .seq_offset = 1});
  runs.begin({.first = 20, .seq_offset = 2});
  runs.begin({.first = 20, .seq_offset = 3});
  EXPECT_EQ(runs.find(19)->seq_offset, 1);
  EXPECT_EQ(runs.find(20)->seq_offset, 3);
}

TEST(SentRuns, forgets_the_oldest) {
  SentRuns runs;
  for (int i = 0; i < 20; ++i) runs.begin({.first = i * 10, .seq_offset = i});
  EXPECT_EQ(runs.find(10), nullptr);
  EXPECT_EQ(runs.find(155)->seq_offset, 15);
}

}  // namespace
}  // namespace confab::sfu
