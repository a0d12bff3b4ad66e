#include "service/media_compat/answers.h"

#include <boost/json.hpp>
#include <utility>

#include "platform/json/json.h"
#include "service/ortc_json/write.h"

namespace confab::media_compat {
namespace {

namespace bj = boost::json;

// It was JSON when it came.
bj::value app_data(const std::string& text) {
  return json::parse(text).value_or(nullptr);
}

struct Writer {
  bj::object operator()(const rooms::Done&) const { return {}; }
  bj::object operator()(const rooms::Capabilities& c) const {
    return {{"rtpCapabilities", ortc_json::to_json(c.rtp_capabilities)}};
  }
  bj::object operator()(const control::TransportCreated& transport) const {
    return {{"params", ortc_json::to_json(transport)}};
  }
  bj::object operator()(const control::Produced& produced) const {
    return {{"id", produced.producer.to_string()}};
  }
  bj::object operator()(const rooms::ConsumerMade& made) const {
    bj::object params = ortc_json::to_json(made.consumed);
    params["appData"] = app_data(made.app_data);
    return {{"params", std::move(params)}};
  }
  bj::object operator()(const rooms::ProducerList& list) const {
    bj::array producers;
    for (const rooms::ListedProducer& one : list.producers) {
      producers.push_back({{"producerId", one.producer.to_string()},
                           {"userId", one.user},
                           {"appData", app_data(one.app_data)}});
    }
    return {{"producers", std::move(producers)}};
  }
};

}  // namespace

bj::object to_fields(const rooms::Answer& answer) {
  return std::visit(Writer{}, answer);
}

}  // namespace confab::media_compat
