// What EventLoop hides. For platform/http's own files.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>

#include "platform/http/event_loop.h"

namespace confab::http {

struct EventLoop::Impl {
  // One thread runs it; posting from others is still allowed with this hint.
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::unique_ptr<boost::asio::signal_set> signals;
};

}  // namespace confab::http
