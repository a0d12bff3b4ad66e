// The loop of a thread that serves sockets (signaling, HTTP): posted work, timers, and everything
// platform/http does. Boost.Asio stays behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/instant.h"

namespace confab::http {

using Task = std::move_only_function<void()>;

class EventLoop {
 public:
  // What a server begins with: kUnavailable with the system's reason where it has no descriptors
  // for a loop, its timers and signals.
  static Result<std::unique_ptr<EventLoop>> make();
  // For where that cannot be: Boost.Asio throws at the first use.
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs on the calling thread until stop(). Everything below calls back on that thread.
  void run();
  // Any thread.
  void stop();
  // Any thread; runs later, in order, never inside the call.
  void post(Task task);

  // What only platform/http looks into.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// One deadline on the loop. Destroying it cancels it. Loop thread only.
class LoopTimer {
 public:
  explicit LoopTimer(EventLoop& loop);
  ~LoopTimer();
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  // Sets or moves; kNever cancels. Setting the deadline it already has costs nothing.
  void set(Instant deadline, Task task);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait in flight, which may outlive the timer
};

// Signals as events of the loop, each time one comes: SIGINT and SIGTERM, and SIGHUP.
enum class Signal : std::uint8_t { kStop, kReload };
using SignalHandler = std::move_only_function<void(Signal signal)>;
void on_signal(EventLoop& loop, SignalHandler handler);

}  // namespace confab::http
