#include <boost/json.hpp>

#include "service/signaling/wire/compat/compat.h"
#include "service/wire/read.h"
#include "service/wire/write.h"

namespace confab::signaling::compat {
namespace {

call::Request read_create(const json::Reader& in, const ReadContext&) {
  return call::CreateTransport{wire::read_direction(in["direction"])};
}

Outgoing write_created(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with({{"params", wire::to_json(std::get<control::TransportCreated>(body))}});
}

call::Request read_connect(const json::Reader& in, const ReadContext&) {
  return call::ConnectTransport{wire::read_id<TransportId>(in["transportId"]),
                                wire::read_dtls_parameters(in["dtlsParameters"])};
}

// Any truthy argument is taken as an error.
Outgoing write_connected(const call::ReplyBody&, const WriteContext&) {
  return {};
}

}  // namespace

const EventCodec kCreateWebRtcTransport{"createWebRtcTransport", read_create, write_created};
const EventCodec kConnectWebRtcTransport{"connectWebRtcTransport", read_connect, write_connected};

}  // namespace confab::signaling::compat
