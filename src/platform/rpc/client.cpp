#include "platform/rpc/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <condition_variable>
#include <utility>

#include "platform/rpc/stream_body.h"

namespace confab::rpc {
namespace {

// A peer that is silent is dead: gRPC's own ways of noticing are slower than those above it, but
// they free the connection. Its default backoff takes eleven seconds to come back from sixteen of
// absence.
grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1000);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 1000);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 200);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytes));
  return args;
}

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const Credentials& credentials) {
  if (!credentials.tls) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials(
      {credentials.tls->authority, credentials.tls->key, credentials.tls->certificate});
}

// The calls that gRPC is not done with; the client waits for them.
class Outstanding {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void remove() {
    const std::lock_guard lock(mutex_);
    --count_;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class ClientBody final : public StreamBody,
                         public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ClientBody(Post post, std::shared_ptr<Outstanding> outstanding)
      : StreamBody(std::move(post)), outstanding_(std::move(outstanding)) {}

  void start(grpc::GenericStub& stub, const std::string& method, const std::string& secret) {
    if (!secret.empty()) context_.AddMetadata("authorization", "Bearer " + secret);
    self_ = shared_from_this();
    outstanding_->add();
    stub.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();  // the loop starts writes when it wishes
    read_more();
    StartCall();
  }

  void OnReadDone(bool ok) override { note_read(ok); }
  void OnWriteDone(bool ok) override { note_written(ok); }
  void OnDone(const grpc::Status& status) override {
    note_end({static_cast<Code>(status.error_code()), status.error_message()});
    // The loop may let go of the body now, and the client of the loop.
    const std::shared_ptr<Outstanding> outstanding = outstanding_;
    self_.reset();
    outstanding->remove();
  }

 private:
  void start_read(grpc::ByteBuffer* into) override { StartRead(into); }
  void start_write(const grpc::ByteBuffer* from) override { StartWrite(from); }
  void finish(const End&) override { RemoveHold(); }
  void abort() override { context_.TryCancel(); }
  void handle_end_of_messages() override {
    finish_when_idle({Code::kUnavailable, "the server ended it"});
  }

  grpc::ClientContext context_;
  const std::shared_ptr<Outstanding> outstanding_;  // also of streams that outlive their client
  std::shared_ptr<StreamBody> self_;                // gRPC's hold on us, until OnDone
};

}  // namespace

struct Client::Impl {
  const std::string target;
  const Post post;
  const std::shared_ptr<Outstanding> outstanding = std::make_shared<Outstanding>();
  std::string secret = {};
  std::unique_ptr<grpc::GenericStub> stub = {};  // streams hold on to the channel that they are on
};

Client::Client(const std::string& target, const Credentials& credentials, Post post)
    : impl_(new Impl{target, std::move(post)}) {
  silence_grpc();
  use_credentials(credentials);
}

void Client::use_credentials(const Credentials& credentials) {
  impl_->secret = credentials.secret;
  impl_->stub = std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
      impl_->target, channel_credentials(credentials), channel_arguments()));
}

Client::~Client() {
  impl_->outstanding->wait();
}

std::unique_ptr<Stream> Client::open(const std::string& method, Stream::Handlers handlers) {
  auto body = std::make_shared<ClientBody>(impl_->post, impl_->outstanding);
  body->set_handlers(std::move(handlers));
  body->start(*impl_->stub, method, impl_->secret);
  return std::make_unique<StreamHandle>(std::move(body));
}

}  // namespace confab::rpc
