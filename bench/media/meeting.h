// A meeting on a real shard, connected by given keys instead of handshakes: some publish, others
// receive everything. Whoever owns it brings the packets: the packet loop, or a micro-benchmark
// that wants the shard's own cost without one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/instant.h"
#include "base/net.h"
#include "base/packet.h"
#include "base/random.h"
#include "bench/media/media_source.h"
#include "control/media.h"
#include "rtc/dtls/identity.h"
#include "rtc/srtp/crypto.h"
#include "rtc/srtp_keys/keys.h"
#include "sfu/shard.h"

namespace confab::bench {

struct MeetingOptions {
  std::vector<Endpoint> publishers;                       // where each sends from
  std::size_t receivers = 100;                            // they publish nothing
  IpAddress first_receiver = IpAddress::v4(0x0A63'0100);  // the others' addresses follow
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  bool has_audio = false;
  // The distance of flushes, whatever the load; zero leaves it to the shard's own clock.
  Duration tick{};
};

class Meeting {
 public:
  Meeting(const MeetingOptions& options, Instant now);
  ~Meeting();

  sfu::Shard& shard() { return *shard_; }
  PacketPool& pool() { return pool_; }
  std::vector<MediaSource>& publishers() { return publishers_; }
  const Path& publisher_path(std::size_t i) const { return paths_[i]; }

 private:
  TransportId open_transport(Instant now, const Path& path, control::TransportDirection direction);
  void add_publisher(Instant now, const Path& path);
  void add_receiver(Instant now, const Path& path);
  template <typename Answer>
  Answer ask(Instant now, control::MediaRequest request);
  void drain(Instant now);

  MeetingOptions options_;
  SeededRandom random_{1};
  std::unique_ptr<srtp::CryptoProvider> crypto_;
  // As many slots as a shard of the server has.
  PacketPool pool_{64 * 1024};
  dtls::DtlsIdentity identity_;
  std::unique_ptr<sfu::Shard> shard_;
  MeetingId meeting_;
  ortc::RtpCapabilities capabilities_;
  std::vector<ProducerId> producers_;
  std::vector<MediaSource> publishers_;
  std::vector<Path> paths_;
  SrtpKeys keys_;  // the client's of the transport made last
};

}  // namespace confab::bench
