// How the parts of a server that runs apart know each other: as the configuration says, and by what
// they were built to speak.
#pragma once

#include "base/error.h"
#include "platform/config/config.h"
#include "platform/rpc/credentials.h"
#include "rtc/ortc/capabilities_hash.h"

namespace confab::cli {

// Reads the PEM files, where they are named.
Result<rpc::Credentials> rpc_credentials(const RpcConfig& config);
// On SIGHUP: the files that `wanted` names, which may be the same with something else in them. The
// secret stays what it is until the next start.
Result<rpc::Credentials> renewed_credentials(const RpcConfig& now, const RpcConfig& wanted);

// Of what every router of this build is made with.
ortc::CapabilitiesHash router_codecs_hash();

}  // namespace confab::cli
