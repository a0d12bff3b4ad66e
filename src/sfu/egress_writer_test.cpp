#include "sfu/egress_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet_writer.h"

namespace confab::sfu {
namespace {

using ortc::HeaderExtension;

// Any packet for any receiver, and the same by the generic writer of rtc/rtp.
class Case {
 public:
  explicit Case(std::uint64_t seed) : random_(seed) {
    mid_ = std::string(random_.between(0, 16), 'm');
    stream_.ssrc = {random_.u32()};
    stream_.rtx_ssrc = {random_.u32()};
    stream_.payload_type = 101;
    stream_.rtx_payload_type = 102;
    for (const HeaderExtension which : kAll) {
      if (random_.between(0, 1) == 1) {
        stream_.extensions.ids[static_cast<std::size_t>(which)] = static_cast<std::uint8_t>(which);
      }
    }
    stream_.header = HeaderTemplate(stream_.ssrc, stream_.payload_type, stream_.extensions, mid_);
    make_packet();
    entry_.stream = &stream_;
    entry_.timestamp = {random_.u32()};
    entry_.seq = {static_cast<std::uint16_t>(random_.u32())};
    entry_.rtx_seq = {static_cast<std::uint16_t>(random_.u32())};
    entry_.is_rtx = random_.between(0, 1) == 1;
    padding_ = static_cast<std::uint8_t>(random_.between(0, 1) * random_.between(1, 255));
    stamp_ = {rtp::encode_abs_send_time(kNow), static_cast<std::uint16_t>(random_.u32())};
  }

  const EgressEntry& entry() const { return entry_; }
  std::uint8_t padding() const { return padding_; }

  std::vector<std::uint8_t> written() {
    std::vector<std::uint8_t> out(entry_size(entry_) + padding_, 0xEE);
    EXPECT_EQ(write_entry(out, entry_, padding_, stamp_), out.size());
    return out;
  }

  std::vector<std::uint8_t> expected() const {
    const rtp::RtpHeader header{
        .marker = entry_.notes().marker,
        .payload_type = entry_.is_rtx ? stream_.rtx_payload_type : stream_.payload_type,
        .seq = entry_.is_rtx ? entry_.rtx_seq : entry_.seq,
        .timestamp = entry_.timestamp,
        .ssrc = entry_.is_rtx ? stream_.rtx_ssrc : stream_.ssrc};
    std::vector<std::uint8_t> out(2000);
    const auto done = entry_.is_rtx ? rtp::write_rtx_packet(out, header, extensions(), entry_.seq,
                                                            entry_.payload(), padding_)
                                    : rtp::write_rtp_packet(out, header, extensions(),
                                                            entry_.payload(), padding_);
    EXPECT_TRUE(done.has_value());
    out.resize(done ? done->size : 0);
    return out;
  }

 private:
  static constexpr Instant kNow = Instant{} + 1234567ms;
  static constexpr std::array kAll = {HeaderExtension::kMid, HeaderExtension::kAbsSendTime,
                                      HeaderExtension::kTransportCc, HeaderExtension::kAudioLevel,
                                      HeaderExtension::kAbsCaptureTime};

  void make_packet() {
    entry_.packet = pool_.acquire();
    random_.fill(entry_.packet.capacity().first(1200));
    entry_.packet.resize(1200);
    PacketNotes notes{.payload_offset = 60,
                      .payload_size = static_cast<std::uint16_t>(random_.between(0, 1100)),
                      .marker = random_.between(0, 1) == 1};
    notes.extensions.items[0] = {HeaderExtension::kAudioLevel, 1, 16};
    notes.extensions.items[1] = {HeaderExtension::kAbsCaptureTime,
                                 static_cast<std::uint8_t>(random_.between(1, 16)), 24};
    notes.extensions.count = static_cast<std::uint8_t>(random_.between(0, 2));
    entry_.packet.write_notes(notes);
  }

  rtp::ExtensionSet extensions() const {
    rtp::ExtensionSet out;
    const auto add = [&](HeaderExtension which, ByteView value) {
      const std::uint8_t id = stream_.extensions[which];
      if (id != 0 && !value.empty()) out.add(id, value);
    };
    add(HeaderExtension::kMid, as_bytes(mid_));
    add(HeaderExtension::kAbsSendTime, stamp_.abs_send_time);
    add(HeaderExtension::kTransportCc, rtp::encode_transport_seq(stamp_.transport_seq));
    const CopiedExtensions& copied = entry_.notes().extensions;
    for (std::size_t i = 0; i < copied.count; ++i) {
      const auto& item = copied.items[i];
      add(item.which, entry_.packet.view().subspan(item.offset, item.size));
    }
    return out;
  }

  SeededRandom random_;
  PacketPool pool_{256};
  std::string mid_;
  EgressStream stream_;
  EgressEntry entry_;
  std::uint8_t padding_ = 0;
  SendStamp stamp_;
};

TEST(EgressWriter, writes_what_the_generic_writer_does) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Case c(seed);
    ASSERT_EQ(c.written(), c.expected())
        << "seed " << seed << (c.entry().is_rtx ? " rtx" : "") << " padding " << int{c.padding()};
  }
}

TEST(EgressWriter, writes_this_receiver_s_picture_ids_and_leaves_the_shared_packet_alone) {
  // Given a VP8 payload whose descriptor has both ids
  PacketPool pool(256);
  const std::vector<std::uint8_t> bytes{0x90, 0xE0, 0x81, 0x02, 0x03, 0x00, 0xAA};
  EgressEntry entry;
  entry.packet = pool.acquire();
  std::ranges::copy(bytes, entry.packet.capacity().begin());
  entry.packet.resize(bytes.size());
  entry.packet.write_notes(
      PacketNotes{.payload_offset = 0,
                  .payload_size = static_cast<std::uint16_t>(bytes.size()),
                  .extensions = {},
                  .picture_ids = {.picture_id = 2, .tl0_pic_idx = 4, .picture_id_is_long = true}});
  EgressStream stream;
  stream.header = HeaderTemplate({1}, 101, {}, "");
  entry.stream = &stream;
  entry.picture_id = 0x1234;
  entry.tl0_pic_idx = 77;
  // When it is written for a receiver
  std::vector<std::uint8_t> out(entry_size(entry));
  ASSERT_EQ(write_entry(out, entry, 0, {}), out.size());
  // Then the copy has its ids
  EXPECT_EQ(std::vector<std::uint8_t>(out.begin() + 12, out.end()),
            (std::vector<std::uint8_t>{0x90, 0xE0, 0x92, 0x34, 77, 0x00, 0xAA}));
  EXPECT_TRUE(std::ranges::equal(entry.packet.view(), bytes));
}

}  // namespace
}  // namespace confab::sfu
