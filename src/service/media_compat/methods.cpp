#include "service/media_compat/methods.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>

#include "service/ortc_json/read.h"

namespace confab::media_compat {
namespace {

using json::Reader;
using json::ReadStatus;
using Fields = boost::json::value;

std::string read_name(const Reader& field) {
  std::string name(field.string(kNameBytesMax));
  if (name.empty() && field.ok()) field.fail("empty");
  return name;
}

// What may be left out, as proto3 leaves out what is empty.
std::string read_optional_name(const Reader& field) {
  return std::string(field.string_or("", kNameBytesMax));
}

std::string read_room(const Reader& fields) {
  return read_name(fields["roomId"]);
}

rooms::Request get_capabilities(const Fields& fields, ReadStatus& status) {
  return rooms::GetCapabilities{read_room(Reader(fields, status))};
}

rooms::Request create_transport(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::CreateTransport{read_room(in), ortc_json::read_direction(in["direction"])};
}

rooms::Request connect_transport(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::ConnectTransport{ortc_json::read_id<TransportId>(in["transportId"]),
                                 ortc_json::read_dtls_parameters(in["dtlsParameters"])};
}

rooms::AppData read_app_data(const Fields& fields, const Reader& in) {
  const Reader reader = in["appData"];
  rooms::AppData out;
  out.room = read_optional_name(reader["roomId"]);
  // As the reference calls who did not say.
  out.user = reader["userId"].string_or("unknown", kNameBytesMax);
  if (!reader.present()) reader.fail("expected an object");
  if (!reader.ok()) return out;
  out.text = json::serialize(fields.as_object().at("appData"));
  if (out.text.size() > kAppDataBytesMax) {
    reader.fail("at most " + std::to_string(kAppDataBytesMax) + " bytes", ErrorCode::kTooLarge);
  }
  return out;
}

rooms::Request produce(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  rooms::Produce out;
  out.transport = ortc_json::read_id<TransportId>(in["transportId"]);
  out.kind = ortc_json::read_kind(in["kind"]);
  out.rtp_parameters = ortc_json::read_rtp_parameters(in["rtpParameters"], out.kind);
  out.app_data = read_app_data(fields, in);
  return out;
}

rooms::Request consume(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::Consume{read_room(in), ortc_json::read_id<TransportId>(in["transportId"]),
                        ortc_json::read_id<ProducerId>(in["producerId"]),
                        ortc_json::read_rtp_capabilities(in["rtpCapabilities"])};
}

rooms::Request resume_consumer(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::ResumeConsumer{ortc_json::read_id<ConsumerId>(in["consumerId"])};
}

rooms::Request close_producer(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::CloseProducer{ortc_json::read_id<ProducerId>(in["producerId"]),
                              read_optional_name(in["roomId"])};
}

template <bool kPaused>
rooms::Request pause_producer(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::SetProducerPaused{ortc_json::read_id<ProducerId>(in["producerId"]),
                                  read_optional_name(in["roomId"]), kPaused};
}

rooms::Request get_producers(const Fields& fields, ReadStatus& status) {
  return rooms::GetProducers{read_room(Reader(fields, status))};
}

rooms::Request cleanup_user(const Fields& fields, ReadStatus& status) {
  const Reader in(fields, status);
  return rooms::CleanupUser{read_room(in), read_name(in["userId"])};
}

using enum http::Method;
constexpr auto kMethods = std::to_array<Method>({
    {"GetRouterRtpCapabilities", kPost, "/rooms/:roomId/router-capabilities", get_capabilities},
    {"CreateWebRtcTransport", kPost, "/rooms/:roomId/transports", create_transport},
    {"ConnectWebRtcTransport", kPost, "/transports/:transportId/connect", connect_transport},
    {"Produce", kPost, "/transports/:transportId/produce", produce},
    {"Consume", kPost, "/rooms/:roomId/consume", consume},
    {"ResumeConsumer", kPost, "/consumers/:consumerId/resume", resume_consumer},
    {"CloseProducer", kPost, "/producers/:producerId/close", close_producer},
    {"PauseProducer", kPost, "/producers/:producerId/pause", pause_producer<true>},
    {"ResumeProducer", kPost, "/producers/:producerId/resume", pause_producer<false>},
    {"GetProducers", kGet, "/rooms/:roomId/producers", get_producers},
    {"CleanupUser", kPost, "/rooms/:roomId/users/:userId/cleanup", cleanup_user},
});

}  // namespace

std::span<const Method> methods() {
  return kMethods;
}

const Method* find_method(std::string_view name) {
  const auto it = std::ranges::find(kMethods, name, &Method::name);
  return it == kMethods.end() ? nullptr : &*it;
}

Result<rooms::Request> read_request(const Method& method, const boost::json::value& fields) {
  ReadStatus status;
  rooms::Request request = method.read(fields, status);
  if (!status.ok()) return std::unexpected(status.error());
  return request;
}

}  // namespace confab::media_compat
