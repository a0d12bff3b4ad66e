#include <boost/json.hpp>

#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

call::Request read_create(const json::Reader& in, const ReadContext&) {
  return call::CreateTransport{ortc_json::read_direction(in["direction"])};
}

Outgoing write_created(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with(ortc_json::to_json(std::get<control::TransportCreated>(body)));
}

call::Request read_connect(const json::Reader& in, const ReadContext&) {
  return call::ConnectTransport{ortc_json::read_id<TransportId>(in["transportId"]),
                                ortc_json::read_dtls_parameters(in["dtlsParameters"])};
}

call::Request read_restart(const json::Reader& in, const ReadContext&) {
  return call::RestartIce{ortc_json::read_id<TransportId>(in["transportId"])};
}

Outgoing write_restarted(const call::ReplyBody& body, const WriteContext&) {
  return acknowledge_with(
      {{"iceParameters", ortc_json::to_json(std::get<control::IceRestarted>(body).ice)}});
}

call::Request read_close(const json::Reader& in, const ReadContext&) {
  return call::CloseTransport{ortc_json::read_id<TransportId>(in["transportId"])};
}

}  // namespace

const EventCodec kTransportCreate{"transport:create", read_create, write_created};
const EventCodec kTransportConnect{"transport:connect", read_connect, acknowledge_done};
const EventCodec kTransportRestartIce{"transport:restart-ice", read_restart, write_restarted};
const EventCodec kTransportClose{"transport:close", read_close, acknowledge_done};

}  // namespace confab::signaling::own
