// gRPC's server reflection, of the protos that are linked in: tools ask by it what there is to
// call.
#pragma once

#include <string>
#include <string_view>

namespace confab::media_rpc {

// Both names of the same: newer tools ask for the first, older ones for the second.
inline constexpr const char* kReflectionMethod =
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
inline constexpr const char* kReflectionMethodBefore =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// The answer to one message of such a stream; "" for what is no such message.
std::string reflect(std::string_view request);

}  // namespace confab::media_rpc
