// To which producer's stream an RTP packet belongs: by an SSRC that is known, else by MID, else by
// RID (contracts of mediasoup-client; RFC 8843 §9.2, RFC 8852). What was found once is remembered
// by its SSRC. One per transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rtc/ortc/types.h"
#include "rtc/rtp/packet.h"
#include "sfu/egress_entry.h"

namespace confab::sfu {

// The place of a producer in its transport.
using ProducerSlot = std::uint16_t;

struct StreamRoute {
  ProducerSlot producer = 0;
  std::uint8_t encoding = 0;
  bool is_rtx = false;
  bool operator==(const StreamRoute&) const = default;
};

enum class DemuxError : std::uint8_t { kSsrcTaken, kMidTaken };

class StreamDemux {
 public:
  // Takes in what the producer announced: its SSRCs, MID and RIDs, and the ids under which its
  // packets carry the latter. On an error nothing was taken in.
  std::expected<void, DemuxError> add(ProducerSlot producer, const ortc::RtpParameters& parameters);
  // Forgets it with every SSRC learned for it: a MID may pass on to another producer.
  void remove(ProducerSlot producer);

  // Nothing if the packet belongs to no producer (yet). is_new: the SSRC was learned just now.
  struct Found {
    StreamRoute route;
    bool is_new = false;
  };
  std::optional<Found> find(const rtp::RtpPacketView& packet);
  // By SSRC alone, as RTCP names streams.
  const StreamRoute* find(rtp::Ssrc ssrc) const;

  std::size_t ssrc_count() const { return by_ssrc_.size(); }

 private:
  struct Source {
    ProducerSlot producer = 0;
    std::string mid;                // empty: none announced
    std::vector<std::string> rids;  // one for each encoding; empty where none
    std::vector<std::uint8_t> rtx_payload_types;

    bool is_rtx(std::uint8_t payload_type) const;
    std::optional<std::uint8_t> encoding_of(std::string_view rid) const;
  };

  std::optional<std::string_view> name(const rtp::RtpPacketView& packet, std::uint8_t id) const;
  std::optional<StreamRoute> route_by_names(const rtp::RtpPacketView& packet) const;
  void learn(rtp::Ssrc ssrc, const StreamRoute& route);

  std::unordered_map<rtp::Ssrc, StreamRoute> by_ssrc_;
  std::vector<Source> sources_;
  std::uint8_t mid_id_ = 0;
  std::uint8_t rid_id_ = 0;
  std::uint8_t repaired_rid_id_ = 0;
};

}  // namespace confab::sfu
