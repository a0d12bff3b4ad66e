#include "web/engineio/packet.h"

#include <gtest/gtest.h>

#include <string>

#include "web/engineio/base64.h"

namespace confab::engineio {
namespace {

TEST(EngineIoBase64, AgreesWithRfc4648Section10) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded), plain);
  }
  EXPECT_EQ(base64_decode("Zm8"), "fo");  // atob takes it without padding too
  EXPECT_FALSE(base64_decode("Z"));
  EXPECT_FALSE(base64_decode("Zm9v!"));
  EXPECT_FALSE(base64_decode("Z==="));
}

TEST(EngineIoPacket, DecodesATextFrame) {
  EXPECT_EQ(decode_packet("4hello", false), (Packet{PacketType::kMessage, false, "hello"}));
  EXPECT_EQ(decode_packet("2probe", false), (Packet{PacketType::kPing, false, "probe"}));
  EXPECT_EQ(decode_packet("", false), std::unexpected(DecodeError::kEmptyPacket));
  EXPECT_EQ(decode_packet("7", false), std::unexpected(DecodeError::kUnknownType));
  EXPECT_EQ(decode_packet("abc", false), std::unexpected(DecodeError::kUnknownType));
  EXPECT_EQ(decode_packet("4\xff", false), std::unexpected(DecodeError::kBadUtf8));
  // Binary has frames of its own on a WebSocket.
  EXPECT_EQ(decode_packet("bAQID", false), std::unexpected(DecodeError::kUnknownType));
}

TEST(EngineIoPayload, DecodesTextAndBinaryPackets) {
  const auto packets = decode_payload(
      "4hello\x1e"
      "bAQIDBA==\x1e"
      "3");
  ASSERT_TRUE(packets);
  ASSERT_EQ(packets->size(), 3u);
  EXPECT_EQ(packets->at(0), (Packet{PacketType::kMessage, false, "hello"}));
  EXPECT_EQ(packets->at(1), (Packet{PacketType::kMessage, true, "\x01\x02\x03\x04"}));
  EXPECT_EQ(packets->at(2), (Packet{PacketType::kPong, false, ""}));
}

TEST(EngineIoPayload, RefusesAnEmptyPacketAnywhere) {
  EXPECT_EQ(decode_payload(""), std::unexpected(DecodeError::kEmptyPacket));
  EXPECT_EQ(decode_payload("4a\x1e"), std::unexpected(DecodeError::kEmptyPacket));
  EXPECT_EQ(decode_payload("b#"), std::unexpected(DecodeError::kBadBase64));
}

TEST(EngineIoPayload, RefusesMorePacketsThanAClientSends) {
  std::string body = "3";
  for (std::size_t i = 1; i < kPacketsPerPayloadMax; ++i)
    body +=
        "\x1e"
        "3";
  EXPECT_TRUE(decode_payload(body));
  body +=
      "\x1e"
      "3";
  EXPECT_EQ(decode_payload(body), std::unexpected(DecodeError::kTooManyPackets));
}

TEST(EngineIoPayload, EncodesWhatItDecodes) {
  const std::vector<Packet> packets = {{PacketType::kMessage, false, "a"},
                                       {PacketType::kMessage, true, std::string("\0\xff", 2)},
                                       {PacketType::kPing, false, ""}};
  EXPECT_EQ(encode_payload(packets),
            "4a\x1e"
            "bAP8=\x1e"
            "2");
  EXPECT_EQ(decode_payload(encode_payload(packets)), packets);
}

}  // namespace
}  // namespace confab::engineio
