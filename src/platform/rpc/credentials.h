// How two processes prove to each other who they are.
#pragma once

#include <optional>
#include <string>

namespace confab::rpc {

// PEM texts. Both sides show a certificate and look at the other's (mutual TLS).
struct Tls {
  std::string authority;    // who signed the other's
  std::string certificate;  // ours, the chain
  std::string key;
};

struct Credentials {
  std::optional<Tls> tls;  // nothing: in clear
  // Shown by whoever calls, with each call, and compared in constant time; empty: not asked for.
  std::string secret;
};

}  // namespace confab::rpc
