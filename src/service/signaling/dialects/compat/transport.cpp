#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"
#include "service/signaling/dialects/compat/compat.h"

namespace confab::signaling::compat {
namespace {

call::Request read_create(const json::Reader& in, const ReadContext&) {
  return call::CreateTransport{ortc_json::read_direction(in["direction"])};
}

Outgoing write_created(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with(
      {{"params", ortc_json::to_json(std::get<control::TransportCreated>(body))}});
}

call::Request read_connect(const json::Reader& in, const ReadContext&) {
  return call::ConnectTransport{ortc_json::read_id<TransportId>(in["transportId"]),
                                ortc_json::read_dtls_parameters(in["dtlsParameters"])};
}

// Any truthy argument is taken as an error.
Outgoing write_connected(const call::ReplyBody&, const WriteContext&) {
  return {};
}

}  // namespace

const EventCodec kCreateWebRtcTransport{"createWebRtcTransport", read_create, write_created};
const EventCodec kConnectWebRtcTransport{"connectWebRtcTransport", read_connect, write_connected};

}  // namespace confab::signaling::compat
