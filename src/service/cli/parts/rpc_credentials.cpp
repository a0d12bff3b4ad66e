#include "service/cli/parts/rpc_credentials.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "platform/tls/certificate_check.h"
#include "rtc/ortc/router_capabilities.h"

namespace confab::cli {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

Result<rpc::Credentials> rpc_credentials(const RpcConfig& config) {
  rpc::Credentials out;
  out.secret = config.secret;
  if (config.tls_certificate.empty()) return out;
  rpc::Tls tls;
  for (const auto& [file, text] : {std::pair{&config.tls_authority, &tls.authority},
                                   {&config.tls_certificate, &tls.certificate},
                                   {&config.tls_key, &tls.key}}) {
    auto read = read_file(*file);
    if (!read) return std::unexpected(read.error());
    *text = std::move(*read);
  }
  if (auto checked = check_certificate(tls.certificate, tls.key); !checked) {
    return fail(checked.error().code, config.tls_certificate + ": " + checked.error().message);
  }
  out.tls = std::move(tls);
  return out;
}

Result<rpc::Credentials> renewed_credentials(const RpcConfig& now, const RpcConfig& wanted) {
  if (now.tls_certificate.empty() != wanted.tls_certificate.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "rpc.tls_certificate: whether there is one is settled at the start");
  }
  auto out = rpc_credentials(wanted);
  if (out) out->secret = now.secret;
  return out;
}

ortc::CapabilitiesHash router_codecs_hash() {
  return ortc::capabilities_hash(*ortc::router_capabilities(ortc::default_router_codecs()));
}

}  // namespace confab::cli
