#include "web/socketio/packet.h"

#include <gtest/gtest.h>

#include <string>

#include "web/socketio/decoder.h"

namespace confab::socketio {
namespace {

DecodeError error_of(std::string_view text) {
  const auto packet = decode_packet(text);
  EXPECT_FALSE(packet) << text;
  return packet ? DecodeError{} : packet.error();
}

TEST(SocketIoPacket, DecodesEachType) {
  EXPECT_EQ(decode_packet("0"), (Packet{PacketType::kConnect, "/", {}, "", "", 0}));
  EXPECT_EQ(decode_packet(R"(0/admin,{"token":"123"})"),
            (Packet{PacketType::kConnect, "/admin", {}, R"({"token":"123"})", "", 0}));
  EXPECT_EQ(decode_packet("0/admin"), (Packet{PacketType::kConnect, "/admin", {}, "", "", 0}));
  EXPECT_EQ(decode_packet("1/admin,"), (Packet{PacketType::kDisconnect, "/admin", {}, "", "", 0}));
  EXPECT_EQ(decode_packet(R"(2["hello",1,{"a":[]}])"),
            (Packet{PacketType::kEvent, "/", {}, R"([1,{"a":[]}])", "hello", 0}));
  EXPECT_EQ(decode_packet(R"(2/admin,456["project:delete",123])"),
            (Packet{PacketType::kEvent, "/admin", 456, "[123]", "project:delete", 0}));
  EXPECT_EQ(decode_packet("3/admin,456[]"), (Packet{PacketType::kAck, "/admin", 456, "[]", "", 0}));
  EXPECT_EQ(decode_packet(R"(51-/admin,7["up",{"_placeholder":true,"num":0}])"),
            (Packet{PacketType::kBinaryEvent, "/admin", 7, R"([{"_placeholder":true,"num":0}])",
                    "up", 1}));
  EXPECT_EQ(decode_packet(R"(61-15[{"_placeholder":true,"num":0}])"),
            (Packet{PacketType::kBinaryAck, "/", 15, R"([{"_placeholder":true,"num":0}])", "", 1}));
}

TEST(SocketIoPacket, LeavesAQueryOfTheNamespaceOut) {
  EXPECT_EQ(decode_packet("0/admin?token=1,{}")->nsp, "/admin");
}

TEST(SocketIoPacket, UnescapesTheName) {
  EXPECT_EQ(decode_packet(R"(2["caf\u00e9"])")->name, "caf\xc3\xa9");
}

TEST(SocketIoPacket, RefusesWhatIsMalformed) {
  EXPECT_EQ(error_of(""), DecodeError::kEmpty);
  EXPECT_EQ(error_of("abc"), DecodeError::kUnknownType);
  EXPECT_EQ(error_of("7"), DecodeError::kUnknownType);
  EXPECT_EQ(error_of("2"), DecodeError::kBadJson);
  EXPECT_EQ(error_of("2{}"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of("2[]"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of("2[{}]"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of(R"(2abc["message"])"), DecodeError::kBadJson);
  EXPECT_EQ(error_of(R"(2["message")"), DecodeError::kBadJson);
  EXPECT_EQ(error_of("2[\"\xff\"]"), DecodeError::kBadJson);
  EXPECT_EQ(error_of(R"(2["connect"])"), DecodeError::kReservedName);
  EXPECT_EQ(error_of(R"(2["disconnect","x"])"), DecodeError::kReservedName);
  EXPECT_EQ(error_of("0[]"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of(R"(0"token")"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of("1{}"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of("3[]"), DecodeError::kBadAckId);
  EXPECT_EQ(error_of("31{}"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of(R"(21234567890123456["a"])"), DecodeError::kBadAckId);
  EXPECT_EQ(error_of(R"(5["a"])"), DecodeError::kBadAttachmentCount);
  EXPECT_EQ(error_of(R"(51["a"])"), DecodeError::kBadAttachmentCount);
  EXPECT_EQ(error_of(R"(511-["a"])"), DecodeError::kBadAttachmentCount);
  EXPECT_EQ(error_of(R"(51-["a",{"_placeholder":true,"num":1}])"), DecodeError::kBadPayload);
  EXPECT_EQ(error_of("0/" + std::string(kNamespaceBytesMax, 'a')), DecodeError::kBadNamespace);
  EXPECT_EQ(error_of("2[\"" + std::string(kEventNameBytesMax + 1, 'a') + "\"]"),
            DecodeError::kBadPayload);
}

TEST(SocketIoPacket, EncodesWhatItDecodes) {
  for (const std::string_view text :
       {R"(0/admin,{"token":"123"})", "0", "1/admin,", R"(2["hello",1,"2",{"3":[true]}])",
        R"(2/admin,456["project:delete",123])", R"(3456[1,"2"])", R"(4{"message":"no"})",
        R"(52-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])"}) {
    const auto packet = decode_packet(text);
    ASSERT_TRUE(packet) << text;
    EXPECT_EQ(encode_packet(*packet), text);
  }
}

TEST(SocketIoPacket, AppendsAnOffset) {
  Packet packet{PacketType::kEvent, "/", {}, R"([1])", "a", 0};
  EXPECT_EQ(encode_packet(packet, "\"@1\""), R"(2["a",1,"@1"])");
  packet.json = " [ ] ";
  EXPECT_EQ(encode_packet(packet, "\"@2\""), R"(2["a","@2"])");
}

TEST(SocketIoDecoder, WaitsForTheAttachments) {
  Decoder decoder(100);
  const auto first =
      decoder.add_text(R"(52-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first);
  EXPECT_FALSE(*decoder.add_binary("one"));
  const auto last = decoder.add_binary("two");
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->packet.name, "m");
  EXPECT_EQ((*last)->attachments, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(*decoder.add_text(R"(2["next"])"));
}

TEST(SocketIoDecoder, RefusesWhatIsOutOfOrderOrTooLarge) {
  Decoder decoder(100);
  EXPECT_EQ(decoder.add_binary("x").error(), AssemblyError::kUnexpectedBinary);
  ASSERT_TRUE(decoder.add_text(R"(51-["m",{"_placeholder":true,"num":0}])"));
  EXPECT_EQ(decoder.add_text(R"(2["m"])").error(), AssemblyError::kTextBetweenAttachments);
  EXPECT_EQ(decoder.add_binary(std::string(101, 'x')).error(), AssemblyError::kAttachmentsTooLarge);
  EXPECT_EQ(Decoder(100).add_text("2{}").error(), AssemblyError::kBadPacket);
}

}  // namespace
}  // namespace confab::socketio
