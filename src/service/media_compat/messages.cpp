#include "service/media_compat/messages.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <memory>

#include "base/check.h"
#include "media/media.pb.h"
#include "platform/json/json.h"

namespace confab::media_compat {
namespace {

namespace pb = google::protobuf;

// protobuf says on standard error what it does not like of a message.
void silence_protobuf() {
  static const auto kBefore = pb::SetLogHandler(nullptr);
  (void)kBefore;
}

constexpr auto kJsonFields = std::to_array<std::string_view>(
    {"dtlsParameters", "rtpParameters", "rtpCapabilities", "appData", "params", "producers"});

bool is_json(std::string_view field) {
  return std::ranges::find(kJsonFields, field) != kJsonFields.end();
}

const pb::MethodDescriptor& descriptor_of(const Method& method) {
  const pb::ServiceDescriptor* service =
      media::Empty::descriptor()->file()->FindServiceByName("MediaService");
  const auto* found = service->FindMethodByName(std::string(method.name));
  CHECK(found != nullptr);
  return *found;
}

std::unique_ptr<pb::Message> make(const pb::Descriptor& type) {
  return std::unique_ptr<pb::Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace

Result<boost::json::value> parse_message(const Method& method, std::string_view bytes) {
  silence_protobuf();
  const auto message = make(*descriptor_of(method).input_type());
  if (bytes.size() > kRequestBytesMax) {
    return fail(ErrorCode::kTooLarge,
                "a request of more than " + std::to_string(kRequestBytesMax) + " bytes");
  }
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kInvalidArgument, "not a message of this method");
  }
  boost::json::object fields;
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor* field = message->GetDescriptor()->field(i);
    const std::string text = message->GetReflection()->GetString(*message, field);
    if (text.empty()) continue;
    if (!is_json(field->name())) {
      fields[field->name()] = text;
      continue;
    }
    auto value = json::parse(text);
    if (!value) return fail(value.error().code, field->name() + ": " + value.error().message);
    fields[field->name()] = std::move(*value);
  }
  return fields;
}

std::string serialize_message(const Method& method, const boost::json::object& fields) {
  const auto message = make(*descriptor_of(method).output_type());
  for (const auto& [name, value] : fields) {
    const pb::FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) continue;
    message->GetReflection()->SetString(
        message.get(), field,
        is_json(name) ? json::serialize(value) : std::string(value.as_string()));
  }
  return message->SerializeAsString();
}

}  // namespace confab::media_compat
