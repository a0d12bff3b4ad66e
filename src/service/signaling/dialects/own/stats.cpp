// How media gets to and from the one who asks.
#include <boost/json.hpp>

#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

using boost::json::array;

call::Request read(const json::Reader&, const ReadContext&) {
  return call::GetStats{};
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  const auto& stats = std::get<control::MeetingStats>(body);
  array transports;
  for (const auto& each : stats.transports) transports.push_back(describe(each));
  array producers;
  for (const auto& each : stats.producers) producers.push_back(describe(each));
  array consumers;
  for (const auto& each : stats.consumers) consumers.push_back(describe(each));
  return acknowledge_with({{"transports", std::move(transports)},
                           {"producers", std::move(producers)},
                           {"consumers", std::move(consumers)}});
}

}  // namespace

const EventCodec kStatsGet{"stats:get", read, write};

}  // namespace confab::signaling::own
