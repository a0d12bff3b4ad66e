// What clients are told, in the JSON that mediasoup-client reads: numbers as numbers, every member
// it asks for there, in its words.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>
#include <vector>

#include "control/media.h"
#include "rtc/ortc/types.h"

namespace confab::ortc_json {

std::string_view kind_name(ortc::MediaKind kind);              // "audio", "video"
std::string_view producer_type_name(ortc::ProducerType type);  // "simple", "simulcast", "svc"
std::string_view transport_state_name(control::TransportState state);  // "new", "connecting", ...

boost::json::object to_json(const ortc::RtpCapabilities& capabilities);
boost::json::object to_json(const ortc::RtpParameters& parameters);
boost::json::object to_json(const ortc::IceParameters& parameters);
boost::json::array to_json(const std::vector<ortc::IceCandidate>& candidates);
boost::json::object to_json(const ortc::DtlsParameters& parameters);

// {id, iceParameters, iceCandidates, dtlsParameters}: the argument of createSendTransport and
// createRecvTransport.
boost::json::object to_json(const control::TransportCreated& transport);
// {id, producerId, kind, rtpParameters, type, producerPaused}: the argument of consume(). The
// caller adds appData and the like.
boost::json::object to_json(const control::Consumed& consumer);

}  // namespace confab::ortc_json
