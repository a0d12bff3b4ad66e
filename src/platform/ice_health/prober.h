// Asks the STUN and TURN servers of the configuration, over UDP, TCP and TLS, whether they are
// there. At most limits::kIceUrls questions are open at a time, each for Book::kPatience.
//
// Loop thread only. Destroy it after the loop has stopped. Names are looked up by a thread that the
// loop has for that: one that the resolver keeps waiting holds up no packet, but the loop's end.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "platform/http/event_loop.h"
#include "platform/ice_health/book.h"
#include "platform/metrics/exposition.h"

namespace confab::ice_health {

class Prober {
 public:
  Prober(http::EventLoop& loop, Random& random, LogSink& log);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // At the start, and when the configuration has changed.
  void set_urls(std::span<const std::string> urls);
  const Book& book() const { return book_; }

  // confab_ice_server_up by URL: as many as are configured.
  void expose(metrics::Exposition& out) const;

 private:
  void carry_out();
  void ask(const Target& target);

  http::EventLoop& loop_;
  Random& random_;
  LogSink& log_;
  Book book_;
  http::LoopTimer wake_;
};

}  // namespace confab::ice_health
