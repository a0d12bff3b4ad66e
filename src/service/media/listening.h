// Which of this machine's addresses are listened on, when nobody said which: they come and go while
// the server runs, and one that is there may not work yet (IPv6 until it is known to be nobody
// else's, RFC 4862 §5.4) or not at all. Decides only; LocalMedia opens and closes. Sans-IO.
#pragma once

#include <span>
#include <vector>

#include "base/instant.h"
#include "base/net.h"
#include "engine/interfaces.h"
#include "platform/config/config.h"

namespace confab::media {

class Listening {
 public:
  // `keep`: for how long an address that has gone is held on to, since it may come back: no less
  // than transports live without a check.
  explicit Listening(Duration keep) : keep_(keep) {}

  struct Steps {
    std::vector<MediaAddress> open;
    std::vector<IpAddress> close;
  };
  // What to do now that these are wanted (choose_addresses) and these are there. What is to be
  // opened is answered with opened() or failed(), before the next call.
  Steps look(Instant now, std::span<const MediaAddress> wanted,
             std::span<const engine::InterfaceAddress> present);
  void opened(const MediaAddress& address);
  // True the first time: the operator is told.
  bool failed(Instant now, const MediaAddress& address);

  // Open and there, as wanted last.
  std::vector<MediaAddress> announced() const;

 private:
  struct Entry {
    MediaAddress address;
    bool is_open = false;
    bool is_wanted = false;
    bool is_present = false;
    Instant gone_at{};
    Instant retry_at{};
    Duration retry_after = kRetryFirst;
  };
  static constexpr Duration kRetryFirst = 2s;
  static constexpr Duration kRetryMax = 60s;

  Entry& entry_of(const MediaAddress& address);
  void note_presence(Instant now, std::span<const engine::InterfaceAddress> present);

  Duration keep_;
  std::vector<Entry> entries_;  // the wanted first, in their order
};

}  // namespace confab::media
