#include "service/media_rpc/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "confab/media/v1/media.pb.h"
#include "confab/reflection/reflection.pb.h"

namespace confab::media_rpc {
namespace {

namespace pb = google::protobuf;

constexpr int kNotFound = 5;  // of gRPC

// The file with all that it is made of, so that nothing need be asked for again.
void put_file(const pb::FileDescriptor& file, std::set<std::string>& seen, reflection::Files& out) {
  if (!seen.insert(file.name()).second) return;
  pb::FileDescriptorProto description;
  file.CopyTo(&description);
  out.add_descriptors(description.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) put_file(*file.dependency(i), seen, out);
}

void answer_file(const pb::FileDescriptor* file, reflection::Response& out) {
  // Of what else is linked in nobody need know.
  if (file == nullptr || !file->package().starts_with("confab.media.")) {
    out.mutable_refusal()->set_code(kNotFound);
    out.mutable_refusal()->set_message("there is no such file or symbol");
    return;
  }
  std::set<std::string> seen;
  put_file(*file, seen, *out.mutable_files());
}

void answer_services(reflection::Response& out) {
  const pb::FileDescriptor& file = *media::v1::ToMedia::descriptor()->file();
  for (int i = 0; i < file.service_count(); ++i) {
    out.mutable_services()->add_services()->set_name(file.service(i)->full_name());
  }
  for (const char* name : {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"}) {
    out.mutable_services()->add_services()->set_name(name);
  }
}

}  // namespace

std::string reflect(std::string_view bytes) {
  reflection::Request request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return "";
  reflection::Response out;
  out.set_valid_host(request.host());
  *out.mutable_original_request() = request;
  const pb::DescriptorPool& pool = *pb::DescriptorPool::generated_pool();
  switch (request.asked_case()) {
    case reflection::Request::kFileByFilename:
      answer_file(pool.FindFileByName(request.file_by_filename()), out);
      break;
    case reflection::Request::kFileContainingSymbol:
      answer_file(pool.FindFileContainingSymbol(request.file_containing_symbol()), out);
      break;
    case reflection::Request::kListServices:
      answer_services(out);
      break;
    case reflection::Request::ASKED_NOT_SET:
      // Of extensions: there are none.
      answer_file(nullptr, out);
  }
  return out.SerializeAsString();
}

}  // namespace confab::media_rpc
