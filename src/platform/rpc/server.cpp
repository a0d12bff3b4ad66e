#include "platform/rpc/server.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/rpc/call_times.h"
#include "platform/rpc/stream_body.h"

namespace confab::rpc {
namespace {

using TlsConfig = std::unique_ptr<grpc_ssl_server_certificate_config,
                                  decltype(&grpc_ssl_server_certificate_config_destroy)>;

// Calls that have not ended for gRPC: an answered one stays until its client has read the answer,
// which may be some MB. A client that never reads fills this, and no more.
constexpr std::size_t kBodiesMax = 512;
constexpr int kStreamsPerConnection = 256;

TlsConfig to_config(const Tls& tls) {
  const grpc_ssl_pem_key_cert_pair pair{tls.key.c_str(), tls.certificate.c_str()};
  return {grpc_ssl_server_certificate_config_create(tls.authority.c_str(), &pair, 1),
          &grpc_ssl_server_certificate_config_destroy};
}

// A certificate that may be changed: gRPC asks for it before each handshake, on threads of its own.
// Its C++ interface has credentials that read files every few seconds, or never; the core's has a
// callback. Held by the server and by its credentials, which gRPC lets go of when it likes.
class Certificate {
 public:
  explicit Certificate(Tls tls) : tls_(std::move(tls)) {}

  void set(const Tls& tls) {
    const std::lock_guard lock(mutex_);
    tls_ = tls;
    ++version_;
  }
  static grpc_ssl_certificate_config_reload_status fetch(void* self,
                                                         grpc_ssl_server_certificate_config** out) {
    auto& that = *static_cast<Certificate*>(self);
    const std::lock_guard lock(that.mutex_);
    if (that.fetched_ == that.version_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    that.fetched_ = that.version_;
    *out = to_config(that.tls_).release();
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

 private:
  std::mutex mutex_;
  Tls tls_;
  std::uint64_t version_ = 1;
  std::uint64_t fetched_ = 0;
};

class RenewableCredentials final : public grpc::ServerCredentials {
 public:
  explicit RenewableCredentials(std::shared_ptr<Certificate> certificate)
      : certificate_(std::move(certificate)),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, &Certificate::fetch,
                certificate_.get()))) {}
  ~RenewableCredentials() override {
    if (credentials_ != nullptr) grpc_server_credentials_release(credentials_);
  }
  // Who calls is looked at by the service.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    if (credentials_ == nullptr) return 0;
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  const std::shared_ptr<Certificate> certificate_;
  grpc_server_credentials* const credentials_;
};

std::shared_ptr<grpc::ServerCredentials> server_credentials(
    const std::shared_ptr<Certificate>& certificate) {
  if (certificate == nullptr) return grpc::InsecureServerCredentials();
  return std::make_shared<RenewableCredentials>(certificate);
}

// How long it takes says nothing of where they differ.
bool is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

class ServerBody final : public StreamBody, public grpc::ServerGenericBidiReactor {
 public:
  ServerBody(Post post, grpc::GenericCallbackServerContext& context,
             std::shared_ptr<std::atomic<std::size_t>> bodies, std::shared_ptr<CallTimes> times)
      : StreamBody(std::move(post)),
        context_(context),
        bodies_(std::move(bodies)),
        times_(std::move(times)),
        method_(context.method()) {}

  void keep_until_done() { self_ = shared_from_this(); }

  void OnReadDone(bool ok) override { note_read(ok); }
  void OnWriteDone(bool ok) override { note_written(ok); }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    finish_when_idle({Code::kCancelled, "the client ended it"});
  }
  void OnDone() override {
    bodies_->fetch_sub(1);
    times_->add(method_, ended_with(), monotonic_now() - begun_);
    note_end({Code::kCancelled, "the call has ended"});
    const auto self = std::move(self_);
  }

 private:
  void start_read(grpc::ByteBuffer* into) override { StartRead(into); }
  void start_write(const grpc::ByteBuffer* from) override { StartWrite(from); }
  void finish(const End& end) override {
    ended_with_ = end.code;
    Finish({static_cast<grpc::StatusCode>(end.code), end.message});
  }
  void abort() override {
    if (is_writing_) context_.TryCancel();
  }
  Code ended_with() {
    const std::lock_guard lock(mutex_);
    return ended_with_;
  }
  // The client has said all it has to say; we have not.
  void handle_end_of_messages() override { tell_half_closed(); }

  grpc::GenericCallbackServerContext& context_;  // until OnDone
  const std::shared_ptr<std::atomic<std::size_t>> bodies_;
  const std::shared_ptr<CallTimes> times_;  // as the bodies, of the service
  const std::string method_;
  const Instant begun_ = monotonic_now();
  Code ended_with_ = Code::kCancelled;  // of one that we did not end
  std::shared_ptr<StreamBody> self_;    // gRPC's hold on us, until OnDone
};

class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class Service final : public grpc::CallbackGenericService {
 public:
  Service(const Server::Options& options, Post post, Server::Accept accept)
      : wanted_("Bearer " + options.credentials.secret),
        needs_secret_(!options.credentials.secret.empty()),
        methods_(options.methods),
        post_(std::move(post)),
        accept_(std::make_shared<Server::Accept>(std::move(accept))),
        times_(std::make_shared<CallTimes>(methods_)) {}

  // On a thread of gRPC's.
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    if (needs_secret_ && !shows_secret(*context)) {
      return refuse(grpc::StatusCode::UNAUTHENTICATED, "the secret is missing or wrong");
    }
    if (std::ranges::find(methods_, context->method()) == methods_.end()) {
      return refuse(grpc::StatusCode::UNIMPLEMENTED, "there is no such method");
    }
    if (bodies_->fetch_add(1) >= kBodiesMax) {
      bodies_->fetch_sub(1);
      return refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls at once");
    }
    auto body = std::make_shared<ServerBody>(post_, *context, bodies_, times_);
    body->keep_until_done();
    post_([accept = accept_, method = context->method(), body] {
      if (!*accept) return body->close({Code::kUnavailable, "the server is stopping"});
      // Whatever the callee does with the stream, it is told of nothing before it has answered.
      body->set_handlers((*accept)(method, std::make_unique<StreamHandle>(body)));
      body->read_more();
    });
    return body.get();
  }

  // On the loop's thread: calls that come now find nobody.
  void close() { *accept_ = nullptr; }
  std::uint64_t refused() const { return refused_; }
  void expose(metrics::Exposition& out) const { times_->expose(out); }

 private:
  bool shows_secret(const grpc::GenericCallbackServerContext& context) const {
    const auto it = context.client_metadata().find("authorization");
    if (it == context.client_metadata().end()) return false;
    return is_same({it->second.data(), it->second.size()}, wanted_);
  }
  grpc::ServerGenericBidiReactor* refuse(grpc::StatusCode code, const char* why) {
    ++refused_;
    return new Refusal({code, why});
  }

  const std::string wanted_;
  const bool needs_secret_;
  const std::vector<std::string> methods_;
  const Post post_;
  // Shared with what is on its way to the loop, and touched there alone.
  const std::shared_ptr<Server::Accept> accept_;
  const std::shared_ptr<std::atomic<std::size_t>> bodies_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  const std::shared_ptr<CallTimes> times_;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace

struct Server::Impl {
  std::shared_ptr<Certificate> certificate;              // nullptr: in clear
  std::shared_ptr<grpc::ServerCredentials> credentials;  // its handshakes may outlive a builder
  std::unique_ptr<Service> service;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  impl_->service->close();
  // At once: every call is cancelled, and ends itself on gRPC's threads.
  impl_->server->Shutdown(std::chrono::system_clock::now());
}

Result<std::unique_ptr<Server>> Server::start(const Options& options, Post post, Accept accept) {
  silence_grpc();
  grpc::EnableDefaultHealthCheckService(true);
  auto impl = std::make_unique<Impl>();
  impl->service = std::make_unique<Service>(options, std::move(post), std::move(accept));
  grpc::ServerBuilder builder;
  if (const auto& tls = options.credentials.tls) {
    impl->certificate = std::make_shared<Certificate>(*tls);
  }
  impl->credentials = server_credentials(impl->certificate);
  builder.AddListeningPort(options.listen.to_string(), impl->credentials, &impl->port);
  builder.RegisterCallbackGenericService(impl->service.get());
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes_max));
  // Two processes on one port would each have half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, options.keepalive_ms);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, options.keepalive_ms);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 400);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || impl->port == 0) {
    return fail(ErrorCode::kUnavailable,
                "cannot listen on " + options.listen.to_string() +
                    " for gRPC: it is in use, is no address of this machine, or the certificate "
                    "and its key do not fit");
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const {
  return static_cast<std::uint16_t>(impl_->port);
}

void Server::set_serving(bool is_serving) {
  impl_->server->GetHealthCheckService()->SetServingStatus(is_serving);
}

void Server::use_certificate(const Tls& tls) {
  if (impl_->certificate != nullptr) impl_->certificate->set(tls);
}

std::uint64_t Server::refused() const {
  return impl_->service->refused();
}

void Server::expose(metrics::Exposition& out) const {
  impl_->service->expose(out);
}

}  // namespace confab::rpc
