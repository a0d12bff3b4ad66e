#include "platform/http/event_loop.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/detail/throw_error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <vector>

#include "platform/clock/clock.h"

namespace confab::http {
namespace {

TEST(EventLoop, RunsPostedTasksInOrderAndStops) {
  EventLoop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] {
      order.push_back(3);
      loop.stop();
    });
    order.push_back(2);
  });
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(EventLoop, ATimerFiresAtItsLatestDeadlineOnly) {
  EventLoop loop;
  LoopTimer moved(loop);
  LoopTimer cancelled(loop);
  LoopTimer last(loop);
  std::vector<int> fired;
  const Instant now = monotonic_now();
  moved.set(now + 1h, [&] { fired.push_back(1); });
  moved.set(now, [&] { fired.push_back(2); });
  cancelled.set(now, [&] { fired.push_back(3); });
  cancelled.cancel();
  last.set(now + 2ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(fired, std::vector{2});
}

TEST(EventLoop, ATimerCanBeSetAgainFromItsTask) {
  EventLoop loop;
  LoopTimer timer(loop);
  const Instant deadline = monotonic_now();
  int fired = 0;
  timer.set(deadline, [&] {
    ++fired;
    timer.set(deadline, [&] {
      ++fired;
      loop.stop();
    });
  });
  loop.run();
  EXPECT_EQ(fired, 2);
}

TEST(EventLoop, ADestroyedTimerDoesNotFire) {
  EventLoop loop;
  int fired = 0;
  {
    LoopTimer timer(loop);
    timer.set(monotonic_now(), [&] { ++fired; });
  }
  LoopTimer last(loop);
  last.set(monotonic_now() + 1ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(fired, 0);
}

TEST(EventLoopTest, WithoutDescriptorsThereIsASentenceAndNoCrash) {
  // UBSan looks at an object whose class it meets for the first time through a pipe, and there will
  // be none: let it meet them here.
  const boost::system::error_code too_many(EMFILE, boost::system::system_category());
  try {
    boost::asio::detail::throw_error(too_many, "test");
    FAIL() << "nothing was thrown";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code().message(), "Too many open files");
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto refused = EventLoop::make();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "cannot wait for connections: Too many open files");
  EXPECT_TRUE(EventLoop::make().has_value());
}

}  // namespace
}  // namespace confab::http
