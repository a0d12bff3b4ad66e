// SRTP per packet: each profile with each provider that works here. Sending is measured as egress
// does it, message by message, one receiver after the other, each with keys of its own; so the keys
// come from the cache that so many receivers leave them.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "rtc/rtp/packet_writer.h"
#include "rtc/srtp/crypto.h"
#include "rtc/srtp/session.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::srtp {
namespace {

using MakeProvider = std::unique_ptr<CryptoProvider> (*)();
constexpr std::size_t kReceivers = 100;
constexpr std::size_t kPacketsPerMessage = 8;

SrtpKeyMaterial make_keys(SrtpProfile profile, Random& random) {
  SrtpKeyMaterial keys;
  keys.profile = profile;
  random.fill(keys.key);
  random.fill(keys.salt);
  return keys;
}

std::vector<SrtpSender> make_senders(CryptoProvider& provider, SrtpProfile profile) {
  SeededRandom random(1);
  std::vector<SrtpSender> senders;
  for (std::size_t i = 0; i < kReceivers; ++i) {
    senders.emplace_back(provider, make_keys(profile, random));
  }
  return senders;
}

// A packet of `bytes` before protection.
void write_plain(MutableBytes out, std::size_t bytes, rtp::SeqNo seq) {
  const std::vector<std::uint8_t> payload(bytes - rtp::kFixedHeaderBytes, 0xA5);
  const rtp::RtpHeader header{.payload_type = 96, .seq = seq, .ssrc = {0x1234}};
  (void)rtp::write_rtp_packet(out, header, {}, payload);
}

void protect(benchmark::State& state, MakeProvider make_provider, SrtpProfile profile) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto provider = make_provider();
  if (!provider) return state.SkipWithError("not on this machine");
  std::vector<SrtpSender> senders = make_senders(*provider, profile);
  const std::size_t slot = bytes + kRtpOverheadMax;
  std::vector<std::uint8_t> message(kPacketsPerMessage * slot);
  rtp::SeqNo seq{0};
  for (std::size_t i = 0; i < kPacketsPerMessage; ++i) {
    write_plain(MutableBytes(message).subspan(i * slot, slot), bytes, seq);
  }
  std::size_t receiver = 0;
  for (auto _ : state) {
    SrtpSender& sender = senders[receiver];
    for (std::size_t i = 0; i < kPacketsPerMessage; ++i) {
      const MutableBytes packet = MutableBytes(message).subspan(i * slot, slot);
      store_be16(&packet[2], (seq + static_cast<std::int64_t>(i)).value);
      benchmark::DoNotOptimize(sender.protect_rtp(packet, bytes));
    }
    if (++receiver == kReceivers) {
      receiver = 0;
      seq = seq + kPacketsPerMessage;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPacketsPerMessage));
}

// The same put off: as many receivers' messages as the argument says are finished together.
void protect_later(benchmark::State& state, MakeProvider make_provider, SrtpProfile profile) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto messages = static_cast<std::size_t>(state.range(1));
  const auto provider = make_provider();
  if (!provider) return state.SkipWithError("not on this machine");
  std::vector<SrtpSender> senders = make_senders(*provider, profile);
  const std::size_t slot = bytes + kRtpOverheadMax;
  std::vector<std::uint8_t> buffer(messages * kPacketsPerMessage * slot);
  rtp::SeqNo seq{0};
  for (std::size_t i = 0; i < messages * kPacketsPerMessage; ++i) {
    write_plain(MutableBytes(buffer).subspan(i * slot, slot), bytes, seq);
  }
  std::size_t receiver = 0;
  for (auto _ : state) {
    for (std::size_t m = 0; m < messages; ++m) {
      for (std::size_t i = 0; i < kPacketsPerMessage; ++i) {
        const MutableBytes packet =
            MutableBytes(buffer).subspan((m * kPacketsPerMessage + i) * slot, slot);
        store_be16(&packet[2], (seq + static_cast<std::int64_t>(i)).value);
        benchmark::DoNotOptimize(senders[receiver].protect_rtp_later(packet, bytes));
      }
      if (++receiver == kReceivers) {
        receiver = 0;
        seq = seq + kPacketsPerMessage;
      }
    }
    provider->finish_seals();
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(messages * kPacketsPerMessage));
}

// One publisher's packets, one after the other; their protection is not counted.
void unprotect(benchmark::State& state, MakeProvider make_provider, SrtpProfile profile) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto provider = make_provider();
  if (!provider) return state.SkipWithError("not on this machine");
  SeededRandom random(1);
  const SrtpKeyMaterial keys = make_keys(profile, random);
  SrtpSender sender(*provider, keys);
  SrtpReceiver receiver(*provider, keys);
  constexpr std::size_t kPackets = 512;
  const std::size_t slot = bytes + kRtpOverheadMax;
  std::vector<std::uint8_t> packets(kPackets * slot);
  std::vector<std::size_t> sizes(kPackets);
  rtp::SeqNo seq{0};
  std::size_t at = kPackets;
  for (auto _ : state) {
    if (at == kPackets) {
      state.PauseTiming();
      for (at = 0; at < kPackets; ++at) {
        const MutableBytes packet = MutableBytes(packets).subspan(at * slot, slot);
        write_plain(packet, bytes, seq);
        seq = seq + 1;
        sizes[at] = *sender.protect_rtp(packet, bytes);
      }
      at = 0;
      state.ResumeTiming();
    }
    const auto opened = receiver.unprotect_rtp(MutableBytes(packets).subspan(at * slot, sizes[at]));
    if (!opened) return state.SkipWithError("refused");
    ++at;
  }
  state.SetItemsProcessed(state.iterations());
}

void register_all() {
  struct Provider {
    const char* name;
    MakeProvider make;
  };
  for (const Provider& provider : {Provider{"ipsec_mb", [] { return make_ipsec_mb_provider(); }},
                                   Provider{"openssl", make_openssl_provider}}) {
    if (provider.make() == nullptr) continue;
    for (const SrtpProfile profile : {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm,
                                      SrtpProfile::kAes128CmSha1_80}) {
      const std::string name =
          std::string(provider.name) + "/" + std::string(srtp_profile_name(profile));
      benchmark::RegisterBenchmark(("protect/" + name).c_str(), protect, provider.make, profile)
          ->Arg(120)
          ->Arg(1134);
      if (profile == SrtpProfile::kAes128CmSha1_80) {
        benchmark::RegisterBenchmark(("protect_later/" + name).c_str(), protect_later,
                                     provider.make, profile)
            ->ArgsProduct({{120, 1134}, {1, 2, 8}});
      }
      benchmark::RegisterBenchmark(("unprotect/" + name).c_str(), unprotect, provider.make, profile)
          ->Arg(120)
          ->Arg(1134);
    }
  }
}

const bool registered = (register_all(), true);

}  // namespace
}  // namespace confab::srtp
