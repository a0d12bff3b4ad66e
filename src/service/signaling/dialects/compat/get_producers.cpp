#include <boost/json.hpp>

#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/compat/describe.h"

namespace confab::signaling::compat {
namespace {

call::Request read(const json::Reader&, const ReadContext&) {
  return call::GetState{};
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  const auto& state = std::get<call::State>(body);
  boost::json::array producers;
  for (const call::ParticipantInfo& other : state.participants) {
    for (const call::ProducerInfo& producer : other.producers) {
      if (!is_known(producer.source)) continue;
      producers.emplace_back(boost::json::object{
          {"producerId", producer.id.to_string()},
          {"userId", user_id(other.who)},
          {"appData", describe_app_data(producer.source, other.who, state.room)}});
    }
  }
  return acknowledge_with({{"producers", std::move(producers)}});
}

}  // namespace

const EventCodec kGetProducers{"getProducers", read, write};

}  // namespace confab::signaling::compat
