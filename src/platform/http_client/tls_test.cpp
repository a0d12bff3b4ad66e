// Against platform/http's own server, on loopback, with a certificate made for the test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/http/server.h"
#include "platform/http_client/http_client.h"
#include "platform/tls/self_signed.h"

namespace confab::http {
namespace {

constexpr std::uint32_t kLoopback = 0x7f000001;

TlsFiles make_certificate(const std::string& name) {
  const std::vector<IpAddress> addresses = {IpAddress::v4(kLoopback)};
  const auto made = make_self_signed("trusted.example", addresses, wall_unix_ms() / 1000);
  const TlsFiles files{testing::TempDir() + name + ".pem", testing::TempDir() + name + ".key"};
  std::ofstream(files.certificate) << made->certificate;
  std::ofstream(files.key) << made->key;
  return files;
}

struct TlsFetch : testing::Test {
  // Whom the system trusts is read once in a process.
  static void SetUpTestSuite() {
    trusted = make_certificate("confab_trusted");
    ::setenv("SSL_CERT_FILE", trusted.certificate.c_str(), 1);
  }

  std::optional<Result<Response>> get(const TlsFiles& files, const std::string& host) {
    server.route(Method::kGet, "/", [](const Request&, Responder responder) {
      responder.send(Response::text(200, "hello"));
    });
    const auto endpoint = server.listen_tls({IpAddress::v4(kLoopback), 0}, files);
    ClientTarget target;
    target.origin = {.is_tls = true, .host = host, .port = endpoint->port};
    target.address = endpoint->address;
    target.verify_certificate = is_verified;
    target.timeout = 5s;
    std::optional<Result<Response>> answer;
    fetch(loop, target, Method::kGet, "/", "", [&](Result<Response> result) {
      answer = std::move(result);
      loop.stop();
    });
    loop.run();
    return answer;
  }

  static inline TlsFiles trusted;
  EventLoop loop;
  HttpServer server{loop, {}, null_log()};
  bool is_verified = true;
};

TEST_F(TlsFetch, ATrustedCertificateOfThatNameIsTaken) {
  const auto answer = get(trusted, "trusted.example");
  ASSERT_TRUE(answer && answer->has_value()) << answer->error().message;
  EXPECT_EQ((*answer)->body, "hello");
}

TEST_F(TlsFetch, AnAddressIsANameToo) {
  const auto answer = get(trusted, "127.0.0.1");
  EXPECT_TRUE(answer && answer->has_value()) << answer->error().message;
}

TEST_F(TlsFetch, ATrustedCertificateOfAnotherNameIsRefused) {
  const auto answer = get(trusted, "other.example");
  ASSERT_TRUE(answer && !answer->has_value());
  EXPECT_EQ(answer->error().code, ErrorCode::kUnavailable);
}

TEST_F(TlsFetch, ACertificateThatNobodyTrustsIsRefused) {
  const auto answer = get(make_certificate("confab_untrusted"), "trusted.example");
  EXPECT_TRUE(answer && !answer->has_value());
}

TEST_F(TlsFetch, AnyCertificateWillDoWhereNoneIsChecked) {
  is_verified = false;
  const auto answer = get(make_certificate("confab_untrusted"), "other.example");
  EXPECT_TRUE(answer && answer->has_value()) << answer->error().message;
}

}  // namespace
}  // namespace confab::http
