// Tells other systems what happens in meetings. What is to be told is written to the store first,
// so it outlives a restart, and any node may deliver it; each delivery is tried until it is taken
// or has been tried kAttemptsMax times. In no order that one could rely on, and now and then twice:
// `webhook-id` is the same then. Loop thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "platform/auth/sealer.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/store/access_store.h"
#include "service/webhooks/target.h"

namespace confab::webhooks {

enum class Event : std::uint8_t {
  kRoomStarted,
  kRoomFinished,
  kParticipantJoined,
  kParticipantLeft,
  kProducerPublished,
  kProducerUnpublished,
};
inline constexpr std::size_t kEvents = 6;
std::string_view event_name(Event event);
bool is_event_name(std::string_view name);

// What happened. Empty texts are left out.
struct Happening {
  Event event = Event::kRoomStarted;
  std::string room;     // its code
  std::string meeting;  // its id
  std::string participant;
  std::string name;
  std::string role;
  std::string reason;  // why somebody left
  std::string producer;
  std::string source;
};

class Webhooks {
 public:
  // References outlive it.
  Webhooks(http::EventLoop& loop, store::AccessStore& store, const auth::Sealer& sealer,
           bool allow_private, Random& random, LogSink& log);

  void tell(const Happening& happening);
  // The list, or something that waits, has changed.
  void wake();
  bool allows_private() const { return allow_private_; }

  void expose(metrics::Exposition& out) const;

 private:
  struct Webhook {
    std::string id;
    std::string events;
    std::string secret;
    Target target;
  };

  void reload();
  void take_list(const std::vector<store::WebhookRecord>& records);
  void pump();
  void deliver(store::DeliveryRecord delivery);
  void send(store::DeliveryRecord delivery, const Webhook& webhook, const IpAddress& address);
  void settle(store::DeliveryRecord delivery, const Result<unsigned>& answered);

  http::EventLoop& loop_;
  store::AccessStore& store_;
  const auth::Sealer& sealer_;
  const bool allow_private_;
  Random& random_;
  LogSink& log_;
  http::LoopTimer reload_;
  http::LoopTimer pump_;
  std::vector<Webhook> list_;
  bool is_asking_ = false;
  std::size_t under_way_ = 0;
  std::map<std::string, std::size_t> under_way_of_;  // by webhook, where there are any
  std::uint64_t told_ = 0;
  std::uint64_t not_written_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t attempts_failed_ = 0;
  std::uint64_t given_up_ = 0;
  std::uint64_t refused_addresses_ = 0;
};

}  // namespace confab::webhooks
