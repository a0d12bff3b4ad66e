// The ORTC types and ids as protobuf's. Only this module's sources include it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "confab/media/v1/media.pb.h"
#include "rtc/ortc/types.h"

namespace confab::media_rpc {

namespace pb = confab::media::v1;

// What is wrong with a message, the first that was found.
class Fault {
 public:
  void add(const char* what) {
    if (text_.empty()) text_ = what;
  }
  void add(const std::string& what) { add(what.c_str()); }
  bool is_set() const { return !text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <typename Tag>
void put(const Id<Tag>& id, pb::Id* out) {
  out->set_high(id.high());
  out->set_low(id.low());
}
template <typename AnyId>
AnyId get_id(const pb::Id& in) {
  return AnyId::from_halves(in.high(), in.low());
}

// Ours count from 0, protobuf's from 1: 0 is what was not said.
template <typename Theirs, typename Ours>
Theirs to_wire(Ours value) {
  return static_cast<Theirs>(static_cast<int>(value) + 1);
}
template <typename Ours, typename Theirs>
Ours from_wire(Theirs value, Ours last, Fault& fault) {
  const int number = static_cast<int>(value) - 1;
  if (number >= 0 && number <= static_cast<int>(last)) return static_cast<Ours>(number);
  fault.add("an enum out of range");
  return Ours{};
}
template <typename Number>
Number narrow(std::uint64_t value, Fault& fault) {
  if (value <= std::numeric_limits<Number>::max()) return static_cast<Number>(value);
  fault.add("a number out of range");
  return 0;
}

void put(const ortc::RtpCapabilities& from, pb::RtpCapabilities* out);
void put(const ortc::RtpParameters& from, pb::RtpParameters* out);
void put(const ortc::IceParameters& from, pb::IceParameters* out);
void put(const ortc::IceCandidate& from, pb::IceCandidate* out);
void put(const ortc::DtlsParameters& from, pb::DtlsParameters* out);

ortc::RtpCapabilities get(const pb::RtpCapabilities& in, Fault& fault);
ortc::RtpParameters get(const pb::RtpParameters& in, Fault& fault);
ortc::IceParameters get(const pb::IceParameters& in);
ortc::IceCandidate get(const pb::IceCandidate& in, Fault& fault);
ortc::DtlsParameters get(const pb::DtlsParameters& in, Fault& fault);
ortc::MediaKind get_kind(pb::MediaKind in, Fault& fault);
ortc::ProducerType get_type(pb::ProducerType in, Fault& fault);

}  // namespace confab::media_rpc
