#include "platform/http/event_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/event_loop_impl.h"

namespace confab::http {

// The loop takes its descriptors when something first waits on it, the signals when one is first
// waited for. Here they have done both, so nothing throws later.
Result<std::unique_ptr<EventLoop>> EventLoop::make() {
  try {
    auto loop = std::make_unique<EventLoop>();
    const boost::asio::steady_timer first_timer(loop->impl_->context);
    const boost::asio::signal_set first_signals(loop->impl_->context);
    return loop;
  } catch (const boost::system::system_error& error) {
    return fail(ErrorCode::kUnavailable, "cannot wait for connections: " + error.code().message());
  }
}

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->context.run();
}
void EventLoop::stop() {
  impl_->context.stop();
}
void EventLoop::post(Task task) {
  boost::asio::post(impl_->context, std::move(task));
}

namespace {

void wait_for_signal(boost::asio::signal_set& signals, SignalHandler handler) {
  signals.async_wait([&signals, handler = std::move(handler)](
                         const boost::system::error_code& error, int number) mutable {
    if (error) return;
    handler(number == SIGHUP ? Signal::kReload : Signal::kStop);
    wait_for_signal(signals, std::move(handler));
  });
}

}  // namespace

void on_signal(EventLoop& loop, SignalHandler handler) {
  auto& signals = loop.impl().signals;
  signals = std::make_unique<boost::asio::signal_set>(loop.impl().context, SIGINT, SIGTERM, SIGHUP);
  wait_for_signal(*signals, std::move(handler));
}

struct LoopTimer::State {
  explicit State(boost::asio::io_context& context) : timer(context) {}

  boost::asio::steady_timer timer;
  Instant deadline = kNever;
  Task task;
};

LoopTimer::LoopTimer(EventLoop& loop) : state_(std::make_shared<State>(loop.impl().context)) {}
LoopTimer::~LoopTimer() {
  cancel();
}

void LoopTimer::set(Instant deadline, Task task) {
  state_->task = std::move(task);
  if (deadline == state_->deadline) return;
  state_->deadline = deadline;
  if (deadline == kNever) {
    state_->timer.cancel();
    return;
  }
  state_->timer.expires_after(std::max(deadline - monotonic_now(), Duration::zero()));
  state_->timer.async_wait([state = state_, deadline](const boost::system::error_code& error) {
    // A wait that was done already when its timer was moved comes here without an error.
    if (error || state->deadline != deadline) return;
    state->deadline = kNever;
    Task due = std::exchange(state->task, nullptr);
    due();
  });
}

void LoopTimer::cancel() {
  state_->deadline = kNever;
  state_->task = nullptr;
  state_->timer.cancel();
}

}  // namespace confab::http
