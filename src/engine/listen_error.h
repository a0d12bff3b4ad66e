// Why a socket could not be opened on an address, as far as that decides what to do about it.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/net.h"

namespace confab::engine {

struct ListenError {
  enum class Kind : std::uint8_t {
    kInUse,    // somebody has the port: another server, or a connection that this machine made
    kNotHere,  // no address of this machine, or not usable (yet): tentative, duplicate, gone
    kOther,
  };
  Kind kind = Kind::kOther;
  std::uint16_t port = 0;
  std::string message;  // for the operator, with what to do
};

// `error` is bind(2)'s, or that of a call beside it.
inline ListenError listen_error(std::string_view protocol, const Endpoint& local, int error) {
  const std::string what = std::string(protocol) + " " + local.to_string() + ": ";
  switch (error) {
    case EADDRINUSE:
      return {ListenError::Kind::kInUse, local.port,
              what +
                  "the port is in use (is another confab running? choose other ports with "
                  "--media-port)"};
    case EADDRNOTAVAIL:
    case ENODEV:
      return {ListenError::Kind::kNotHere, local.port,
              what +
                  "this is no address of this machine that can be used now (another machine may "
                  "have it as well); name those to use with --media-address"};
    case EACCES:
      return {ListenError::Kind::kOther, local.port,
              what +
                  "not permitted (ports below 1024 take a right; choose others with "
                  "--media-port)"};
    default:
      return {ListenError::Kind::kOther, local.port, what + std::strerror(error)};
  }
}

}  // namespace confab::engine
