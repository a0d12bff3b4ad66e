// A self-signed server certificate, so that `confab serve --tls` works on a LAN from the first
// minute: browsers give camera and microphone only to a secure context. People have to accept it
// once per device; a real certificate (http.tls_certificate) spares them that.
#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "base/net.h"

namespace confab {

struct CertificatePem {
  std::string certificate;
  std::string key;
};

// ECDSA P-256, CN "confab", valid from a day before `not_before` (seconds since 1970) for 825 days,
// the longest that browsers on Apple systems take; subjectAltName: localhost, `host_name` if not
// empty, and the addresses.
Result<CertificatePem> make_self_signed(const std::string& host_name,
                                        std::span<const IpAddress> addresses,
                                        std::int64_t not_before);

}  // namespace confab
