// Gathers RTCP packets into datagrams as full as they may be, protects and sends them.
#pragma once

#include <utility>

#include "base/packet.h"
#include "rtc/rtcp/compound_writer.h"
#include "rtc/srtp/session.h"
#include "sfu/shard_context.h"

namespace confab::sfu {

class RtcpBatch {
 public:
  // What is written goes to `path` under `sender`'s keys at the latest when the batch ends.
  RtcpBatch(ShardContext& context, const Path& path, srtp::SrtpSender& sender)
      : context_(context), path_(path), sender_(sender) {}
  ~RtcpBatch() { flush(); }
  RtcpBatch(const RtcpBatch&) = delete;
  RtcpBatch& operator=(const RtcpBatch&) = delete;

  // `write` is given a rtcp::CompoundWriter and how many bytes are left in it, and says whether
  // what it has to say fitted. If not, it must have written nothing; it is called once more with an
  // empty one.
  template <typename Write>
  void add(const Write& write) {
    if (packet_ && write(writer_, kBytes - writer_.size())) return;
    flush();
    if (begin()) write(writer_, kBytes);
  }
  void flush();

 private:
  // Room for every link, and small enough to leave beside media (Chromium's feedback: 1200).
  static constexpr std::size_t kBytes = 1200;

  bool begin();

  ShardContext& context_;
  Path path_;
  srtp::SrtpSender& sender_;
  PacketRef packet_;
  rtcp::CompoundWriter writer_{MutableBytes{}};
};

}  // namespace confab::sfu
