#include "base/trace_context.h"

#include <gtest/gtest.h>

namespace confab {
namespace {

// The example of W3C Trace Context §3.2.3.
constexpr const char* kExample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContextTest, WhatAClientSentIsCarriedOnAsItWas) {
  const auto trace = TraceContext::parse(kExample);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->to_string(), kExample);
  EXPECT_EQ(trace->trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(TraceContextTest, SentOnItIsTheSameTraceOfAnotherParent) {
  SeededRandom random(1);
  const auto trace = TraceContext::parse(kExample);
  const TraceContext on = trace->sent_on(random);
  EXPECT_EQ(on.trace_id(), trace->trace_id());
  EXPECT_NE(on.parent, trace->parent);
  EXPECT_EQ(on.flags, 1);
  EXPECT_TRUE(TraceContext::parse(on.to_string()));
}

TEST(TraceContextTest, WhatIsBegunHereIsValid) {
  SeededRandom random(1);
  const TraceContext begun = TraceContext::begin(random);
  EXPECT_EQ(TraceContext::parse(begun.to_string()), begun);
  EXPECT_EQ(TraceContext{}.to_string(), "");
  EXPECT_EQ(TraceContext{}.trace_id(), "");
}

TEST(TraceContextTest, AnythingElseIsNone) {
  for (const std::string_view bad : {
           "",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
       }) {
    EXPECT_FALSE(TraceContext::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace confab
