#include "service/cli/parts/banner.h"

namespace confab::cli {
namespace {

std::string url(std::string_view scheme, const IpAddress& address, std::uint16_t port,
                std::uint16_t default_port) {
  std::string host = address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
  if (address.is_unspecified() || address.is_loopback()) host = "localhost";
  return std::string(scheme) + "://" + host +
         (port == default_port ? std::string() : ":" + std::to_string(port));
}

}  // namespace

std::string banner_text(const Banner& banner) {
  std::string out;
  out += "\n  confab is up: " + url("http", banner.http.address, banner.http.port, 80) + "\n";
  if (banner.https) {
    for (const MediaAddress& a : banner.media) {
      if (a.announced.is_loopback()) continue;
      out += "  on your network: " + url("https", a.announced, banner.https->port, 443) + "\n";
    }
    if (banner.certificate_is_ours) {
      out += "    (the certificate is self-made: each browser asks once whether to trust it)\n";
    }
  } else {
    out +=
        "  from other devices: start with --tls; browsers give camera and microphone only to\n"
        "    https pages and to localhost\n";
  }
  const std::uint16_t last =
      static_cast<std::uint16_t>(banner.media_port_first + banner.shards - 1);
  out += "  media: UDP and TCP " + std::to_string(banner.media_port_first) +
         (banner.shards > 1 ? "-" + std::to_string(last) : std::string()) + " on";
  for (const MediaAddress& a : banner.media) {
    out += " " + a.announced.to_string();
    if (a.listen != a.announced) out += " (listening on " + a.listen.to_string() + ")";
  }
  out += "\n";
  if (!banner.has_web_app) {
    out += "  the web app is not built: ./run builds it, --web-root names it\n";
  }
  return out + "\n";
}

}  // namespace confab::cli
