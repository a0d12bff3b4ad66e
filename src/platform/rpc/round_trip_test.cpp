// Both sides in one process, on 127.0.0.1; the test's own queue stands for the loops.
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/rpc/client.h"
#include "platform/rpc/server.h"
#include "platform/tls/self_signed.h"
#include "rtc/dtls/identity.h"

namespace confab::rpc {
namespace {

const std::string kMethod = "/test.Test/Talk";

class Loop {
 public:
  Post post() {
    return [this](Task task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      wake_.notify_all();
    };
  }
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return !tasks_.empty(); });
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
};

class RoundTripTest : public testing::Test {
 protected:
  void start(const Credentials& credentials) {
    Server::Options options;
    options.listen = {IpAddress::v4(0x7f000001), 0};
    options.credentials = credentials;
    options.methods = {kMethod};
    auto server = Server::start(options, loop_.post(), [this](const std::string& method, auto s) {
      EXPECT_EQ(method, kMethod);
      theirs_ = std::move(s);
      return Stream::Handlers{.on_message = [this](std::string m) { heard_.push_back(m); },
                              .on_closed = [this](End end) { their_end_ = end; }};
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  void connect(const Credentials& credentials, const std::string& method = kMethod) {
    client_.emplace("127.0.0.1:" + std::to_string(server_->port()), credentials, loop_.post());
    ours_ = client_->open(
        method, {.on_message = [this](std::string m) { answers_.push_back(std::move(m)); },
                 .on_closed = [this](End end) { our_end_ = std::move(end); }});
  }
  Code end() {
    loop_.run_until([&] { return our_end_.has_value(); });
    return our_end_->code;
  }
  void TearDown() override {
    ours_.reset();
    theirs_.reset();
    client_.reset();
    server_.reset();
  }

  Loop loop_;
  std::unique_ptr<Server> server_;
  std::optional<Client> client_;
  std::unique_ptr<Stream> theirs_;
  std::unique_ptr<Stream> ours_;
  std::vector<std::string> heard_;
  std::vector<std::string> answers_;
  std::optional<End> their_end_;
  std::optional<End> our_end_;
};

TEST_F(RoundTripTest, MessagesGoBothWaysInTheirOrder) {
  start({});
  connect({});
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(ours_->send(std::to_string(i)));
  loop_.run_until([&] { return heard_.size() == 500; });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(heard_[static_cast<std::size_t>(i)], std::to_string(i));
  const std::string large(1'000'000, '\0');
  EXPECT_TRUE(theirs_->send(large));
  EXPECT_TRUE(theirs_->send("and more"));
  loop_.run_until([&] { return answers_.size() == 2; });
  EXPECT_EQ(answers_[0], large);
}

TEST_F(RoundTripTest, WhatFiveThousandPeopleNeedAtOnceIsTakenAndArrives) {
  start({});
  connect({});
  const std::string admission(200, 'a');
  for (int i = 0; i < 15'000; ++i) ASSERT_TRUE(ours_->send(admission)) << i;
  loop_.run_until([&] { return heard_.size() == 15'000; });
}

TEST_F(RoundTripTest, WhatWaitsIsSentBeforeAServerEndsItWell) {
  start({});
  connect({});
  ours_->send("?");
  loop_.run_until([&] { return !heard_.empty(); });
  for (int i = 0; i < 100; ++i) theirs_->send("!");
  theirs_->close({});
  EXPECT_EQ(end(), Code::kOk);
  EXPECT_EQ(answers_.size(), 100u);
}

TEST_F(RoundTripTest, AnErrorOfTheServerArrivesWithItsSentence) {
  start({});
  connect({});
  ours_->send("?");
  loop_.run_until([&] { return !heard_.empty(); });
  theirs_->close({Code::kFailedPrecondition, "other codecs"});
  EXPECT_EQ(end(), Code::kFailedPrecondition);
  EXPECT_EQ(our_end_->message, "other codecs");
}

TEST_F(RoundTripTest, CallsAreCountedByTheirMethodAndHowTheyEnded) {
  start({});
  connect({});
  ours_->send("hello");
  loop_.run_until([&] { return !heard_.empty(); });
  theirs_->close({Code::kNotFound, "no such room"});
  EXPECT_EQ(end(), Code::kNotFound);
  // gRPC's thread has its last word after the client has heard of the end.
  const auto text = [&] {
    metrics::Exposition out;
    server_->expose(out);
    return out.text();
  };
  const std::string counted =
      "confab_grpc_calls_total{method=\"/test.Test/Talk\",code=\"not_found\"} 1\n";
  const Instant end_of_patience = monotonic_now() + 10s;
  while (text().find(counted) == std::string::npos) {
    ASSERT_LT(monotonic_now(), end_of_patience) << text();
    std::this_thread::yield();
  }
  EXPECT_NE(text().find("confab_grpc_call_seconds_count{method=\"/test.Test/Talk\"} 1\n"),
            std::string::npos);
}

TEST_F(RoundTripTest, AServerHearsOfAClientThatIsGone) {
  start({});
  connect({});
  ours_->send("?");
  loop_.run_until([&] { return !heard_.empty(); });
  ours_.reset();
  loop_.run_until([&] { return their_end_.has_value(); });
  EXPECT_FALSE(theirs_->send("nobody is there"));
}

TEST_F(RoundTripTest, WhoDoesNotReadIsNoLongerWrittenTo) {
  start({});
  connect({});
  std::size_t sent = 0;
  while (ours_->send(std::string(100'000, 'x'))) ++sent;
  EXPECT_LE(sent * 100'000, 2 * kQueuedBytes);
  EXPECT_GE(sent, 40u);
}

TEST_F(RoundTripTest, AServerThatIsNotThereIsSaidSo) {
  start({});
  const std::uint16_t port = server_->port();
  server_.reset();
  client_.emplace("127.0.0.1:" + std::to_string(port), Credentials{}, loop_.post());
  ours_ = client_->open(kMethod, {.on_message = [](const std::string&) {},
                                  .on_closed = [this](End end) { our_end_ = std::move(end); }});
  EXPECT_EQ(end(), Code::kUnavailable);
}

TEST_F(RoundTripTest, WithoutTheSecretNobodyIsHeard) {
  Credentials right;
  right.secret = "0123456789abcdef";
  start(right);
  for (const char* wrong : {"", "0123456789abcdee", "0123456789abcdef0"}) {
    Credentials shown;
    shown.secret = wrong;
    our_end_.reset();
    connect(shown);
    ours_->send("let me in");
    EXPECT_EQ(end(), Code::kUnauthenticated);
    ours_.reset();
    client_.reset();
  }
  EXPECT_EQ(server_->refused(), 3u);
  EXPECT_TRUE(heard_.empty());
  connect(right);
  ours_->send("let me in");
  loop_.run_until([&] { return !heard_.empty(); });
}

TEST_F(RoundTripTest, AnUnknownMethodIsUnimplemented) {
  start({});
  connect({}, "/test.Test/Shout");
  EXPECT_EQ(end(), Code::kUnimplemented);
}

// An authority of its own, as far as the other end looks: one that signs itself.
Tls tls_of(const CertificatePem& own, const CertificatePem& other) {
  return {other.certificate, own.certificate, own.key};
}

TEST_F(RoundTripTest, ANewConnectionMeetsARenewedCertificateAndAnOldOneGoesOn) {
  const std::array<IpAddress, 1> loopback = {IpAddress::v4(0x7f000001)};
  const auto make = [&] { return *make_self_signed("", loopback, wall_unix_ms() / 1000); };
  const CertificatePem server_before = make();
  const CertificatePem server_after = make();
  // Ours of --tls are for servers alone.
  const auto make_client = [] {
    const std::string pem = dtls::DtlsIdentity::generate(wall_unix_ms() / 1000)->to_pem();
    return CertificatePem{pem, pem};
  };
  const CertificatePem client_before = make_client();
  const CertificatePem client_after = make_client();
  start({.tls = tls_of(server_before, client_before), .secret = {}});
  connect({.tls = tls_of(client_before, server_before), .secret = {}});
  ours_->send("before");
  loop_.run_until([&] { return heard_.size() == 1; });

  server_->use_certificate(tls_of(server_after, client_after));
  ours_->send("still");
  loop_.run_until([&] { return heard_.size() == 2; });
  const auto old_stream = std::move(ours_);
  const auto their_old = std::move(theirs_);

  // The same client, as it was and renewed.
  const auto open = [&] {
    our_end_.reset();
    ours_ = client_->open(kMethod, {.on_message = [](const std::string&) {},
                                    .on_closed = [this](End end) { our_end_ = std::move(end); }});
    ours_->send("after");
  };
  client_->use_credentials({.tls = tls_of(client_before, server_before), .secret = {}});
  open();
  EXPECT_EQ(end(), Code::kUnavailable) << "it knows neither";
  client_->use_credentials({.tls = tls_of(client_after, server_after), .secret = {}});
  open();
  loop_.run_until([&] { return heard_.size() == 3; });
  EXPECT_EQ(heard_[2], "after");
  EXPECT_TRUE(old_stream->send("and still"));
  loop_.run_until([&] { return heard_.size() == 4; });
}

TEST_F(RoundTripTest, APortThatIsTakenIsASentence) {
  start({});
  Server::Options options;
  options.listen = {IpAddress::v4(0x7f000001), server_->port()};
  const auto second = Server::start(options, loop_.post(), {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("127.0.0.1:"), std::string::npos);
}

}  // namespace
}  // namespace confab::rpc
