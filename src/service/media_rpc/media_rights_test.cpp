// What the media plane itself refuses, whatever an owner asks of it: each command by each permit,
// every cell asserted, in this process and behind gRPC; and who is heard there at all. A command
// that has no row here does not compile.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/rpc/client.h"
#include "platform/tls/self_signed.h"
#include "rtc/dtls/identity.h"
#include "service/media_rpc/media_contract.h"
#include "service/media_rpc/operator_api.h"
#include "service/media_rpc/remote_media.h"
#include "service/media_rpc/served_place.h"
#include "sim/parameters.h"

namespace confab::media_rpc {
namespace {

// ---- commands by permits ----

using control::MediaRequest;
using control::TrackSource;

constexpr std::uint8_t without(TrackSource source) {
  return control::kAllSources & static_cast<std::uint8_t>(~(1U << static_cast<unsigned>(source)));
}

// The columns: what the participant may whom the command is about.
struct Column {
  std::string_view name;
  control::Permits permits;
};
constexpr std::array kColumns = {
    Column{"everything", {}},
    Column{"no camera", {without(TrackSource::kCamera), true, true}},
    Column{"no microphone", {without(TrackSource::kMicrophone), true, true}},
    Column{"no screen", {without(TrackSource::kScreen), true, true}},
    Column{"no sound of the screen", {without(TrackSource::kScreenAudio), true, true}},
    Column{"nothing sent", {0, true, true}},
    Column{"nothing received", {control::kAllSources, false, true}},
    Column{"no data", {control::kAllSources, true, false}},
    Column{"nothing", {0, false, false}},
};
// And who was dismissed; what is another meeting's; and an owner that was replaced.
constexpr std::size_t kCells = kColumns.size() + 3;

// Anna, whom it is about, and what is hers.
struct Scene {
  ParticipantId anna;
  TransportId send;
  TransportId receive;
  ProducerId sound;     // a microphone of hers
  ProducerId watched;   // a camera of Ben's
  ConsumerId consumer;  // of that
  ortc::RtpCapabilities capabilities;
  std::uint32_t mid = 100;
};

MediaRequest produce(Scene& scene, ortc::MediaKind kind, std::optional<TrackSource> source) {
  control::Produce out;
  out.transport = scene.send;
  out.kind = kind;
  const std::uint32_t mid = ++scene.mid;
  out.rtp_parameters = kind == ortc::MediaKind::kVideo
                           ? sim::vp8_parameters(std::to_string(mid), 10 * mid, 10 * mid + 1, "a")
                           : sim::opus_parameters(std::to_string(mid), 10 * mid, "a");
  out.source = source;
  return out;
}

struct Row {
  std::string_view name;
  // '+' done   'f' forbidden   'n' there is none   'c' by an owner that was replaced
  std::string_view cells;
  MediaRequest (*make)(Scene& scene);
};

template <TrackSource kSource>
MediaRequest produce_of(Scene& scene) {
  return produce(scene, control::kind_of(kSource), kSource);
}

// In the column of another meeting the ids are of the first one: what names a meeting or a person
// is done in the other, and whoever was not admitted there has no transport.
//
// In an order in which each finds what it is about. What is there is there, whatever was taken away
// since: pausing and closing go on, except of what was closed with the permit.
const std::array kRows = {
    Row{"OpenMeeting", "+++++++++++c",
        [](Scene&) -> MediaRequest { return control::OpenMeeting{}; }},
    Row{"Produce camera", "+f+++f++fnnc", produce_of<TrackSource::kCamera>},
    Row{"Produce microphone", "++f++f++fnnc", produce_of<TrackSource::kMicrophone>},
    Row{"Produce screen", "+++f+f++fnnc", produce_of<TrackSource::kScreen>},
    Row{"Produce sound of the screen", "++++ff++fnnc", produce_of<TrackSource::kScreenAudio>},
    Row{"Produce a picture of nobody knows what", "+f+f+f++fnnc",
        [](Scene& s) { return produce(s, ortc::MediaKind::kVideo, {}); }},
    Row{"Produce a sound of nobody knows what", "++f+ff++fnnc",
        [](Scene& s) { return produce(s, ortc::MediaKind::kAudio, {}); }},
    Row{"PutCapabilities", "+++++++++nnc",
        [](Scene& s) -> MediaRequest {
          return control::PutCapabilities{s.receive, ortc::capabilities_hash(s.capabilities),
                                          s.capabilities};
        }},
    Row{"Consume", "++++++f+fnnc",
        [](Scene& s) -> MediaRequest {
          return control::Consume{s.receive, s.watched, ortc::capabilities_hash(s.capabilities),
                                  true};
        }},
    Row{"SetConsumerPaused", "++++++n+nnnc",
        [](Scene& s) -> MediaRequest { return control::SetConsumerPaused{s.consumer, false}; }},
    Row{"SetPreferredLayers", "++++++n+nnnc",
        [](Scene& s) -> MediaRequest { return control::SetPreferredLayers{s.consumer, 0, 0}; }},
    Row{"RequestKeyFrame", "++++++n+nnnc",
        [](Scene& s) -> MediaRequest { return control::RequestKeyFrame{s.consumer}; }},
    Row{"CloseConsumer", "++++++n+nnnc",
        [](Scene& s) -> MediaRequest { return control::CloseConsumer{s.consumer}; }},
    Row{"SetProducerPaused", "++n++n++nnnc",
        [](Scene& s) -> MediaRequest { return control::SetProducerPaused{s.sound, true}; }},
    Row{"CloseProducer", "++n++n++nnnc",
        [](Scene& s) -> MediaRequest { return control::CloseProducer{s.sound}; }},
    Row{"ConnectTransport", "+++++++++nnc",
        [](Scene& s) -> MediaRequest {
          const auto identity = dtls::DtlsIdentity::generate(1'700'000'000);
          return control::ConnectTransport{s.send,
                                           {ortc::DtlsRole::kClient, {identity->fingerprint()}}};
        }},
    Row{"RestartIce", "+++++++++nnc",
        [](Scene& s) -> MediaRequest { return control::RestartIce{s.send}; }},
    Row{"GetMeetingStats", "+++++++++++c",
        [](Scene& s) -> MediaRequest { return control::GetMeetingStats{s.anna}; }},
    Row{"CreateTransport", "+++++++++ffc",
        [](Scene& s) -> MediaRequest {
          return control::CreateTransport{s.anna, control::TransportDirection::kReceive};
        }},
    Row{"CloseTransport", "+++++++++nnc",
        [](Scene& s) -> MediaRequest { return control::CloseTransport{s.send}; }},
    Row{"SetPermits", "+++++++++nnc",
        [](Scene& s) -> MediaRequest { return control::SetPermits{s.anna, {}}; }},
    Row{"Dismiss", "+++++++++++c",
        [](Scene& s) -> MediaRequest { return control::Dismiss{s.anna}; }},
    Row{"Admit", "+++++++++++c",
        [](Scene& s) -> MediaRequest { return control::Admit{s.anna, {}}; }},
    Row{"CloseMeeting", "+++++++++++c",
        [](Scene&) -> MediaRequest { return control::CloseMeeting{}; }},
};

char cell_of(const Result<control::MediaResult>& result) {
  if (result) return '+';
  switch (result.error().code) {
    case ErrorCode::kForbidden:
      return 'f';
    case ErrorCode::kNotFound:
      return 'n';
    case ErrorCode::kConflict:
      return 'c';
    default:
      return '?';
  }
}

// Waits for its answer; what happens meanwhile is none of this test's.
Result<control::MediaResult> ask(MediaPlace& place, const MeetingId& meeting, MediaRequest request,
                                 control::Epoch epoch = control::kFirstEpoch + 1) {
  const control::RequestId id = place.send(meeting, std::move(request), epoch);
  for (auto news = place.take(1); !news.empty(); news = place.take(1)) {
    for (auto& one : news) {
      auto* completion = std::get_if<control::MediaCompletion>(&one);
      if (completion != nullptr && completion->id == id) return std::move(completion->result);
    }
  }
  ADD_FAILURE() << "no answer";
  return fail(ErrorCode::kInternal, "no answer");
}

template <typename T>
T get(MediaPlace& place, const MeetingId& meeting, MediaRequest request) {
  auto result = ask(place, meeting, std::move(request));
  EXPECT_TRUE(result && std::holds_alternative<T>(*result));
  return result ? std::get<T>(*result) : T{};
}

Scene make_scene(MediaPlace& place, const MeetingId& meeting, Random& random) {
  Scene out;
  out.anna = ParticipantId::random(random);
  out.capabilities =
      get<control::MeetingOpened>(place, meeting, control::OpenMeeting{}).router_capabilities;
  const auto ben = ParticipantId::random(random);
  for (const ParticipantId who : {out.anna, ben}) {
    get<control::Done>(place, meeting, control::Admit{who, {}});
  }
  const auto transport = [&](ParticipantId whose, control::TransportDirection direction) {
    return get<control::TransportCreated>(place, meeting,
                                          control::CreateTransport{whose, direction})
        .transport;
  };
  out.send = transport(out.anna, control::TransportDirection::kSend);
  out.receive = transport(out.anna, control::TransportDirection::kReceive);
  Scene of_ben;
  of_ben.send = transport(ben, control::TransportDirection::kSend);
  out.watched =
      get<control::Produced>(place, meeting, produce_of<TrackSource::kCamera>(of_ben)).producer;
  out.sound =
      get<control::Produced>(place, meeting, produce_of<TrackSource::kMicrophone>(out)).producer;
  const auto hash = ortc::capabilities_hash(out.capabilities);
  get<control::Done>(place, meeting, control::PutCapabilities{out.receive, hash, out.capabilities});
  out.consumer =
      get<control::Consumed>(place, meeting, control::Consume{out.receive, out.watched, hash, true})
          .consumer;
  return out;
}

TEST(MediaRights, every_command_has_its_row) {
  std::array<bool, std::variant_size_v<MediaRequest>> has_row{};
  for (const Row& row : kRows) {
    Scene scene;
    has_row.at(row.make(scene).index()) = true;
    EXPECT_EQ(row.cells.size(), kCells) << row.name;
  }
  for (std::size_t i = 0; i < has_row.size(); ++i) EXPECT_TRUE(has_row.at(i)) << i;
}

TEST_P(MediaContract, EachCommandByEachPermitIsAsTheTableSays) {
  std::array<std::string, kRows.size()> found;
  for (std::size_t column = 0; column < kCells; ++column) {
    const auto meeting = MeetingId::random(random_);
    Scene scene = make_scene(*place_, meeting, random_);
    MeetingId asked = meeting;
    if (column < kColumns.size()) {
      get<control::PermitsSet>(*place_, meeting,
                               control::SetPermits{scene.anna, kColumns.at(column).permits});
    } else if (column == kColumns.size()) {
      get<control::Done>(*place_, meeting, control::Dismiss{scene.anna});
    } else if (column == kColumns.size() + 1) {
      asked = MeetingId::random(random_);
      make_scene(*place_, asked, random_);
    }
    const control::Epoch epoch = control::kFirstEpoch + (column + 1 < kCells ? 1 : 0);
    for (std::size_t row = 0; row < kRows.size(); ++row) {
      found.at(row) += cell_of(ask(*place_, asked, kRows.at(row).make(scene), epoch));
    }
  }
  for (std::size_t row = 0; row < kRows.size(); ++row) {
    EXPECT_EQ(found.at(row), kRows.at(row).cells) << kRows.at(row).name;
  }
}

// ---- who is heard ----

CertificatePem make_certificate() {
  const std::array<IpAddress, 1> loopback = {IpAddress::v4(0x7f000001)};
  return *make_self_signed("", loopback, wall_unix_ms() / 1000);
}

// Those of make_self_signed are for servers alone.
CertificatePem make_client_certificate() {
  const std::string pem = dtls::DtlsIdentity::generate(wall_unix_ms() / 1000)->to_pem();
  return {pem, pem};
}

// A media node that asks for a certificate and the secret.
class GuardedPlace final : public ServedPlace {
 public:
  GuardedPlace(const CertificatePem& own, const CertificatePem& owner)
      : own_({owner.certificate, own.certificate, own.key}) {
    serve();
  }
  ~GuardedPlace() override {
    end([this] { server_.reset(); });
  }
  control::MediaControl& control() override { return *local_; }

  // Says something that is no message of it, and waits for how the call ends.
  rpc::Code call(const rpc::Credentials& shown, const std::string& method) {
    std::optional<rpc::End> over;
    std::optional<rpc::Client> client;
    std::unique_ptr<rpc::Stream> stream;
    on_loop([&] {
      client.emplace(target(), shown, [this](rpc::Task task) { loop_.post(std::move(task)); });
      stream = client->open(method, {.on_message = [](const std::string&) {},
                                     .on_closed = [&](rpc::End end) { over = std::move(end); }});
      stream->send("\xff\xff");
    });
    wait_for([&] { return over.has_value(); });
    on_loop([&] {
      stream.reset();
      client.reset();
    });
    return over->code;
  }

 private:
  rpc::Credentials wanted() const override { return {.tls = own_, .secret = kSecret}; }

  const rpc::Tls own_;
};

TEST(MediaRights, no_method_hears_who_does_not_show_both_the_certificate_and_the_secret) {
  const CertificatePem node = make_certificate();
  const CertificatePem owner = make_client_certificate();
  const CertificatePem stranger = make_client_certificate();
  const CertificatePem impostor = make_certificate();
  GuardedPlace place(node, owner);
  const auto as = [](const CertificatePem& own, const CertificatePem& other, std::string secret) {
    return rpc::Credentials{.tls = rpc::Tls{other.certificate, own.certificate, own.key},
                            .secret = std::move(secret)};
  };
  struct Shown {
    std::string_view name;
    rpc::Credentials credentials;
    rpc::Code expected;
  };
  const std::array kShown = {
      Shown{"nothing, in clear", {}, rpc::Code::kUnavailable},
      Shown{"the secret, in clear", {.tls = {}, .secret = kSecret}, rpc::Code::kUnavailable},
      Shown{"no certificate", as({}, node, kSecret), rpc::Code::kUnavailable},
      Shown{"another certificate", as(stranger, node, kSecret), rpc::Code::kUnavailable},
      Shown{"one for servers", as(impostor, node, kSecret), rpc::Code::kUnavailable},
      Shown{"to a node that is another", as(owner, impostor, kSecret), rpc::Code::kUnavailable},
      Shown{"no secret", as(owner, node, ""), rpc::Code::kUnauthenticated},
      Shown{"another secret", as(owner, node, std::string(kSecret) + "x"),
            rpc::Code::kUnauthenticated},
      Shown{"both", as(owner, node, kSecret), rpc::Code::kInvalidArgument},
  };
  std::vector<std::string> methods = OperatorApi::methods();
  methods.emplace_back(kControlMethod);
  ASSERT_GE(methods.size(), 6u);
  for (const std::string& method : methods) {
    for (const Shown& shown : kShown) {
      EXPECT_EQ(place.call(shown.credentials, method), shown.expected)
          << method << " shown " << shown.name;
    }
  }
}

}  // namespace
}  // namespace confab::media_rpc
