// What an operator may ask of a media node, over a connection as any client of gRPC has it.
#include "service/media_rpc/operator_api.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>

#include <optional>
#include <utility>

#include "confab/media/v1/media.pb.h"
#include "confab/reflection/reflection.pb.h"
#include "platform/rpc/client.h"
#include "service/media_rpc/media_cluster.h"
#include "service/media_rpc/reflection.h"
#include "service/media_rpc/served_place.h"

namespace confab::media_rpc {
namespace {

namespace pb = confab::media::v1;
using testing::Contains;
using testing::SizeIs;

// A node, a signaling node that has meetings there, and an operator.
class OperatedPlace final : public ServedPlace {
 public:
  using ServedPlace::kNode;

  OperatedPlace() {
    serve();
    on_loop([this] {
      cluster_.emplace(loop_, credentials(), self(), null_log());
      cluster_->set_listener(listener());
      cluster_->set_nodes({{kNode, target()}});
      connect(credentials());
    });
    wait_until_ready(true);
  }
  ~OperatedPlace() override {
    end([this] {
      call_.reset();
      client_.reset();
      cluster_.reset();
      server_.reset();
    });
  }
  control::MediaControl& control() override { return *cluster_; }
  void wait_until_ready(bool is_ready) {
    wait_for([this, is_ready] { return cluster_->is_ready() == is_ready; });
  }
  void show(const std::string& secret) {
    rpc::Credentials shown;
    shown.secret = secret;
    on_loop([&] { connect(shown); });
  }
  void end_process() {
    on_loop([this] { server_->drain(false); });
  }

  struct Answer {
    rpc::End end;
    std::string bytes;
  };
  Answer call(const std::string& method, const std::string& request) {
    Answer out;
    bool is_over = false;
    on_loop([&] {
      call_ = client_->open(method, {.on_message = [&](std::string bytes) { out.bytes = bytes; },
                                     .on_closed =
                                         [&](rpc::End end) {
                                           out.end = std::move(end);
                                           is_over = true;
                                         }});
      call_->send(request);
    });
    wait_for([&] { return is_over; });
    return out;
  }
  using MediaPlace::ask;
  // Of a method of Media that must answer.
  template <typename Response>
  Response ask(const std::string& method, const google::protobuf::MessageLite& request) {
    const Answer answer = call("/confab.media.v1.Media/" + method, request.SerializeAsString());
    EXPECT_EQ(answer.end.code, rpc::Code::kOk) << answer.end.message;
    Response out;
    EXPECT_TRUE(out.ParseFromString(answer.bytes));
    return out;
  }
  rpc::Code refusal(const std::string& method, const google::protobuf::MessageLite& request) {
    return call("/confab.media.v1.Media/" + method, request.SerializeAsString()).end.code;
  }
  // As a signaling node asks it.
  Result<DrainState> drain(control::NodeNumber number, std::optional<Duration> deadline) {
    std::optional<Result<DrainState>> out;
    on_loop([&] {
      cluster_->drain(number, deadline, [&](Result<DrainState> state) { out = std::move(state); });
    });
    wait_for([&] { return out.has_value(); });
    return *out;
  }
  std::vector<MediaCluster::NodeState> states() {
    std::vector<MediaCluster::NodeState> out;
    on_loop([&] { out = cluster_->states(); });
    return out;
  }
  // As grpc.health.v1 says it: field 1, an enum.
  bool is_serving() { return call("/grpc.health.v1.Health/Check", "").bytes == "\x08\x01"; }

 private:
  void connect(const rpc::Credentials& credentials) {
    call_.reset();
    client_.emplace(target(), credentials, [this](rpc::Task task) { loop_.post(std::move(task)); });
  }
  std::optional<MediaCluster> cluster_;
  std::optional<rpc::Client> client_;
  std::unique_ptr<rpc::Stream> call_;
};

class OperatorApiTest : public testing::Test {
 protected:
  MeetingId open() {
    const auto meeting = MeetingId::random(random_);
    EXPECT_TRUE(place_.ask(meeting, control::OpenMeeting{}).result);
    return meeting;
  }
  static pb::StatsRequest stats_of(const MeetingId& meeting) {
    pb::StatsRequest out;
    out.mutable_meeting()->set_high(meeting.high());
    out.mutable_meeting()->set_low(meeting.low());
    return out;
  }
  static pb::DrainRequest drain_within(std::uint32_t ms) {
    pb::DrainRequest out;
    out.set_deadline_ms(ms);
    return out;
  }

  SeededRandom random_{1};
  OperatedPlace place_;
};

TEST_F(OperatorApiTest, ASnapshotSaysWhatTheNodeIsAndHas) {
  open();
  const auto said = place_.ask<pb::SnapshotResponse>("Snapshot", pb::SnapshotRequest{});
  EXPECT_EQ(said.node(), 7u);
  EXPECT_EQ(said.boot(), 70u);
  EXPECT_EQ(said.version_max(), control::kVersionMax);
  EXPECT_EQ(said.shards(), 2u);
  EXPECT_EQ(said.owners(), 1u);
  EXPECT_EQ(said.meetings(), 1u);
  EXPECT_FALSE(said.draining());
}

TEST_F(OperatorApiTest, MeetingsAreListedPageByPage) {
  for (int i = 0; i < 3; ++i) open();
  pb::ListRequest request;
  request.set_limit(2);
  const auto first = place_.ask<pb::ListResponse>("List", request);
  ASSERT_EQ(first.meetings_size(), 2);
  EXPECT_TRUE(first.is_more());
  EXPECT_EQ(first.meetings(0).owner_node(), 1u);
  EXPECT_EQ(first.meetings(0).owner_boot(), 5u);
  EXPECT_TRUE(first.meetings(0).owner_connected());
  *request.mutable_after() = first.meetings(1).meeting();
  const auto second = place_.ask<pb::ListResponse>("List", request);
  EXPECT_EQ(second.meetings_size(), 1);
  EXPECT_FALSE(second.is_more());
  request.set_limit(1001);
  EXPECT_EQ(place_.refusal("List", request), rpc::Code::kInvalidArgument);
}

TEST_F(OperatorApiTest, StatisticsOfAMeetingDoNotDisturbItsOwner) {
  const auto meeting = MeetingId::random(random_);
  EXPECT_EQ(place_.refusal("Stats", stats_of(meeting)), rpc::Code::kNotFound);
  ASSERT_TRUE(place_.ask(meeting, control::OpenMeeting{}, 4).result);
  ASSERT_TRUE(place_.ask(meeting, control::CreateTransport{}, 4).result);
  EXPECT_EQ(place_.ask<pb::MeetingStats>("Stats", stats_of(meeting)).transports_size(), 1);
  EXPECT_TRUE(place_.ask(meeting, control::CreateTransport{}, 4).result);
}

TEST_F(OperatorApiTest, ANodeThatIsDrainedTakesNoMeetingsUntilItIsUndrained) {
  const MeetingId meeting = open();
  EXPECT_TRUE(place_.is_serving());
  for (int i = 0; i < 2; ++i) {
    const auto said = place_.ask<pb::DrainResponse>("Drain", drain_within(600'000));
    EXPECT_TRUE(said.draining());
    EXPECT_EQ(said.meetings(), 1u);
  }
  place_.wait_until_ready(false);
  EXPECT_FALSE(place_.is_serving());
  EXPECT_TRUE(place_.ask(meeting, control::CreateTransport{}).result) << "what is here goes on";
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(place_.ask<pb::DrainResponse>("Undrain", pb::UndrainRequest{}).draining());
  }
  place_.wait_until_ready(true);
  EXPECT_TRUE(place_.is_serving());
  EXPECT_TRUE(place_.ask(meeting, control::CreateTransport{}).result);
}

TEST_F(OperatorApiTest, AtTheDeadlineWhatIsHereIsTakenElsewhere) {
  const MeetingId meeting = open();
  place_.ask<pb::DrainResponse>("Drain", drain_within(1));
  const auto news = place_.take(1);
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(std::get<control::MediaEvent>(news[0]).meeting, meeting);
  EXPECT_TRUE(
      std::holds_alternative<control::MeetingLost>(std::get<control::MediaEvent>(news[0]).body));
  EXPECT_TRUE(place_.ask<pb::SnapshotResponse>("Snapshot", pb::SnapshotRequest{}).leaving());
  // And yet it may come back.
  place_.ask<pb::DrainResponse>("Undrain", pb::UndrainRequest{});
  place_.wait_until_ready(true);
  open();
}

TEST_F(OperatorApiTest, AProcessThatEndsIsNotCalledBack) {
  place_.end_process();
  EXPECT_EQ(place_.refusal("Undrain", pb::UndrainRequest{}), rpc::Code::kFailedPrecondition);
  EXPECT_FALSE(place_.is_serving());
}

TEST_F(OperatorApiTest, WithoutTheSecretNobodyDrainsANode) {
  place_.show("");
  EXPECT_EQ(place_.refusal("Drain", drain_within(0)), rpc::Code::kUnauthenticated);
  EXPECT_TRUE(place_.is_serving()) << "what orchestrators ask for is open";
}

TEST_F(OperatorApiTest, NoiseIsRefused) {
  EXPECT_EQ(place_.call("/confab.media.v1.Media/Drain", "\xff\xff").end.code,
            rpc::Code::kInvalidArgument);
}

// ---- reflection ----

reflection::Response reflected(const reflection::Request& request) {
  reflection::Response out;
  EXPECT_TRUE(out.ParseFromString(reflect(request.SerializeAsString())));
  return out;
}

TEST(ReflectionTest, ToolsFindTheServiceAndItsMessages) {
  reflection::Request request;
  request.set_list_services("*");
  std::vector<std::string> names;
  for (const auto& service : reflected(request).services().services()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, Contains("confab.media.v1.Media"));
  request.set_file_containing_symbol("confab.media.v1.Media");
  const auto found = reflected(request);
  ASSERT_EQ(found.files().descriptors_size(), 1);
  google::protobuf::FileDescriptorProto file;
  ASSERT_TRUE(file.ParseFromString(found.files().descriptors(0)));
  ASSERT_EQ(file.service_size(), 1);
  EXPECT_EQ(file.service(0).method_size(), 6);
  request.set_file_by_filename(file.name());
  EXPECT_EQ(reflected(request).files().descriptors_size(), 1);
}

TEST(ReflectionTest, WhatIsNotOursIsNotFound) {
  reflection::Request request;
  for (const char* symbol : {"google.protobuf.FileDescriptorProto", "nothing.at.all"}) {
    request.set_file_containing_symbol(symbol);
    EXPECT_EQ(reflected(request).refusal().code(), 5) << symbol;
  }
  EXPECT_EQ(reflected(reflection::Request{}).refusal().code(), 5);
  EXPECT_EQ(reflect("\xff\xff"), "");
}

TEST_F(OperatorApiTest, ASignalingNodeDrainsAMediaNodeAndSeesIt) {
  open();
  ASSERT_THAT(place_.states(), SizeIs(1));
  EXPECT_TRUE(place_.states()[0].is_up);
  EXPECT_EQ(place_.states()[0].meetings, 1u);
  EXPECT_FALSE(place_.states()[0].load.is_draining);

  const auto drained = place_.drain(OperatedPlace::kNode, 600s);
  ASSERT_TRUE(drained) << drained.error().message;
  EXPECT_TRUE(drained->is_draining);
  EXPECT_EQ(drained->meetings, 1u);
  place_.wait_until_ready(false);
  EXPECT_TRUE(place_.states()[0].load.is_draining);

  const auto undrained = place_.drain(OperatedPlace::kNode, std::nullopt);
  ASSERT_TRUE(undrained) << undrained.error().message;
  EXPECT_FALSE(undrained->is_draining);
  place_.wait_until_ready(true);

  EXPECT_EQ(place_.drain(OperatedPlace::kNode + 1, 1s).error().code, ErrorCode::kNotFound);
  place_.end_process();
  EXPECT_EQ(place_.drain(OperatedPlace::kNode, std::nullopt).error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace confab::media_rpc
