#include "rtc/ortc/capabilities_hash.h"

#include <functional>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace confab::ortc {
namespace {

RtpCapabilities a_browser() {
  RtpCodecCapability codec;
  codec.kind = MediaKind::kVideo;
  codec.mime_type = "video/VP8";
  codec.clock_rate = 90'000;
  codec.parameters = {{"profile", std::int64_t{1}}};
  codec.rtcp_feedback = {{"nack", "pli"}};
  return {{codec}, {{MediaKind::kVideo, "urn:x", 3, false, Direction::kRecvOnly}}};
}

TEST(CapabilitiesHash, is_the_same_for_equal_capabilities) {
  EXPECT_EQ(capabilities_hash(a_browser()), capabilities_hash(a_browser()));
}

// Nodes of one deployment compare it: a build that computed another value would not find what it
// was told.
TEST(CapabilitiesHash, is_the_same_in_every_build) {
  EXPECT_EQ(capabilities_hash({}), 0x88201fb960ff6465U);
}

TEST(CapabilitiesHash, differs_for_whatever_differs) {
  const std::vector<std::function<void(RtpCapabilities&)>> changes = {
      [](RtpCapabilities&) {},
      [](RtpCapabilities& c) { c.codecs.clear(); },
      [](RtpCapabilities& c) { c.codecs[0].kind = MediaKind::kAudio; },
      [](RtpCapabilities& c) { c.codecs[0].mime_type = "video/VP9"; },
      [](RtpCapabilities& c) { c.codecs[0].clock_rate = 1; },
      [](RtpCapabilities& c) { c.codecs[0].channels = 2; },
      [](RtpCapabilities& c) { c.codecs[0].preferred_payload_type = 0; },
      [](RtpCapabilities& c) { c.codecs[0].parameters[0].name = "x"; },
      [](RtpCapabilities& c) { c.codecs[0].parameters[0].value = std::int64_t{2}; },
      [](RtpCapabilities& c) { c.codecs[0].parameters[0].value = "1"; },
      [](RtpCapabilities& c) { c.codecs[0].rtcp_feedback[0] = {"nackp", "li"}; },
      [](RtpCapabilities& c) { c.codecs[0].rtcp_feedback.clear(); },
      [](RtpCapabilities& c) { c.header_extensions.clear(); },
      [](RtpCapabilities& c) { c.header_extensions[0].kind = MediaKind::kAudio; },
      [](RtpCapabilities& c) { c.header_extensions[0].uri = "urn:y"; },
      [](RtpCapabilities& c) { c.header_extensions[0].preferred_id = 4; },
      [](RtpCapabilities& c) { c.header_extensions[0].preferred_encrypt = true; },
      [](RtpCapabilities& c) { c.header_extensions[0].direction = Direction::kSendRecv; },
  };
  std::set<CapabilitiesHash> seen;
  for (const auto& change : changes) {
    RtpCapabilities changed = a_browser();
    change(changed);
    seen.insert(capabilities_hash(changed));
  }
  EXPECT_EQ(seen.size(), changes.size());
}

}  // namespace
}  // namespace confab::ortc
