#include "bench/janus/member.h"

#include <boost/json.hpp>
#include <utility>

#include "client/negotiate.h"
#include "rtc/ortc/router_capabilities.h"

namespace confab::bench {
namespace {

namespace bj = boost::json;

// What confab's router offers is what is published to Janus as well.
const ortc::RtpCapabilities& capabilities() {
  static const auto all = ortc::router_capabilities(ortc::default_router_codecs());
  return *all;
}

}  // namespace

void Member::with_session(std::function<void()> then) {
  if (session_) return then();
  session_.emplace(around_.loop, around_.target, std::move(then),
                   [this](std::string_view why) { settle("Janus: " + std::string(why)); });
}

void Member::settle(const std::string& failure) {
  if (!on_settled_) return;
  around_.loop.post([settled = std::exchange(on_settled_, nullptr), failure] { settled(failure); });
}

Description Member::ours() const {
  constexpr std::size_t kUfragChars = 8;
  constexpr std::size_t kPasswordChars = 24;
  constexpr std::uint16_t kDiscardPort = 9;
  return {.ice = {.username_fragment = around_.random.alphanumeric(kUfragChars),
                  .password = around_.random.alphanumeric(kPasswordChars)},
          .fingerprints = {around_.identity.fingerprint()},
          // Nobody is asked on it (Janus is ICE-lite here), but libnice 0.1 takes no check before
          // it knows a candidate. The real one is learnt from the checks.
          .candidate = Endpoint{around_.target.address, kDiscardPort}};
}

bool Member::open_transport(loadtest::TransportKey key, const ortc::IceParameters& ours,
                            const Description& remote) {
  if (!remote.candidate) {
    settle("Janus offers no UDP candidate");
    return false;
  }
  client::TransportConfig config;
  config.remote_ice = remote.ice;
  config.full_ice_peer = {ours, *remote.candidate};
  config.remote_fingerprints = remote.fingerprints;
  // What confab chooses; Janus would take AES-256.
  config.srtp_profiles = {SrtpProfile::kAeadAes128Gcm};
  config.verify_one_in = around_.verify_one_in;
  config.wall = around_.wall;
  around_.media.open(key, *remote.candidate, std::move(config));
  return true;
}

// ---- publishing ----

void Member::publish(OnSettled on_settled) {
  on_settled_ = std::move(on_settled);
  with_session(
      [this] { session_->attach([this](JanusSession::HandleId handle) { offer_media(handle); }); });
}

void Member::offer_media(JanusSession::HandleId handle) {
  const auto audio = client::offer_audio(capabilities(), "0", around_.random);
  const auto video = client::offer_video(capabilities(), "1", {}, around_.random);
  if (!audio || !video) return settle("no opus or no VP8");
  Description offer = ours();
  offer.media.push_back({ortc::MediaKind::kAudio, audio->parameters});
  if (around_.has_video) offer.media.push_back({ortc::MediaKind::kVideo, video->parameters});
  const bj::object body{
      {"request", "joinandconfigure"}, {"room", around_.room}, {"ptype", "publisher"}};
  session_->message(handle, body, "offer", write_description(offer, SdpDirection::kSendOnly),
                    [this, ice = offer.ice, microphone = audio->track,
                     camera = video->track](const PluginAnswer& answer) {
                      const bj::value* const id = answer.data.if_contains("id");
                      const auto remote = read_description(answer.sdp);
                      if (id == nullptr || !id->is_int64())
                        return settle("joinandconfigure: no feed id");
                      if (!remote) return settle(remote.error().message);
                      feed_ = id->get_int64();
                      if (!open_transport(key_, ice, *remote)) return;
                      around_.media.publish(key_, microphone);
                      if (around_.has_video) around_.media.publish(key_, camera);
                    });
}

// ---- subscribing ----

void Member::subscribe(std::vector<Feed> feeds, OnSettled on_settled) {
  on_settled_ = std::move(on_settled);
  with_session([this, feeds = std::move(feeds)] {
    session_->attach([this, feeds](JanusSession::HandleId handle) {
      bj::array streams;
      for (const Feed feed : feeds) streams.push_back(bj::object{{"feed", feed}});
      const bj::object body{{"request", "join"},
                            {"room", around_.room},
                            {"ptype", "subscriber"},
                            {"streams", streams}};
      session_->message(handle, body, "", "", [this, handle](const PluginAnswer& answer) {
        handle_offer(handle, answer);
      });
    });
  });
}

void Member::handle_offer(JanusSession::HandleId handle, const PluginAnswer& answer) {
  const auto offer = read_description(answer.sdp);
  if (!offer) return settle(offer.error().message);
  std::vector<client::ReceiveConfig> streams;
  for (const MediaSection& section : offer->media) {
    const auto config = client::expect(section.kind, section.parameters);
    if (!config) return settle(config.error().message);
    streams.push_back(*config);
  }
  Description reply = ours();
  reply.media = offer->media;
  session_->message(handle, {{"request", "start"}}, "answer",
                    write_description(reply, SdpDirection::kReceiveOnly),
                    [this, ice = reply.ice, remote = *offer, streams](const PluginAnswer&) {
                      if (!open_transport(key_ + 1, ice, remote)) return;
                      for (const auto& stream : streams) around_.media.receive(key_ + 1, stream);
                    });
}

void Member::handle_transport(const loadtest::TransportEvent& event) {
  settle(event.is_connected ? "" : event.why);
}

}  // namespace confab::bench
