#include "sfu/header_template.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace confab::sfu {

using ortc::HeaderExtension;

ExtensionIds ExtensionIds::of(const ortc::RtpParameters& parameters) {
  ExtensionIds out;
  for (const ortc::RtpHeaderExtensionParameters& extension : parameters.header_extensions) {
    if (const auto which = ortc::header_extension_from_uri(extension.uri)) {
      out.ids[static_cast<std::size_t>(*which)] = extension.id;
    }
  }
  return out;
}

HeaderTemplate::HeaderTemplate(rtp::Ssrc ssrc, std::uint8_t payload_type, const ExtensionIds& ids,
                               std::string_view mid) {
  CHECK(mid.size() <= kMidMax);
  bytes_[0] = 0x80;
  bytes_[1] = payload_type & 0x7F;
  store_be32(&bytes_[8], ssrc.value);
  store_be16(&bytes_[12], 0xBEDE);
  if (const std::uint8_t id = ids[HeaderExtension::kMid]; id != 0 && !mid.empty()) {
    std::ranges::copy(as_bytes(mid), add(id, mid.size()).begin());
  }
  const auto place_of = [&](HeaderExtension which, std::size_t size) {
    const std::uint8_t id = ids[which];
    return static_cast<std::uint8_t>(id == 0 ? 0 : add(id, size).data() - bytes_.data());
  };
  abs_send_time_at_ = place_of(HeaderExtension::kAbsSendTime, 3);
  transport_seq_at_ = place_of(HeaderExtension::kTransportCc, 2);
}

MutableBytes HeaderTemplate::add(std::uint8_t id, std::size_t size) {
  CHECK(id < 15);
  bytes_[kElementsAt + elements_] = static_cast<std::uint8_t>((id << 4) | (size - 1));
  const std::size_t value_at = kElementsAt + elements_ + 1U;
  elements_ = static_cast<std::uint8_t>(elements_ + 1 + size);
  return MutableBytes(bytes_).subspan(value_at, size);
}

std::uint8_t* HeaderTemplate::write(MutableBytes out, std::size_t more_bytes,
                                    const SendStamp& stamp) const {
  DCHECK(out.size() == size(more_bytes));
  if (out.size() == kFixedBytes) {
    std::memcpy(out.data(), bytes_.data(), kFixedBytes);
    return out.data() + kFixedBytes;
  }
  // RFC 8285 §4.2: the length in words, and zeros up to it.
  store_be32(&out[out.size() - 4], 0);
  std::memcpy(out.data(), bytes_.data(), kElementsAt + std::size_t{elements_});
  out[0] |= 0x10;
  out[15] = static_cast<std::uint8_t>((out.size() - kElementsAt) / 4);
  if (abs_send_time_at_ != 0) std::ranges::copy(stamp.abs_send_time, &out[abs_send_time_at_]);
  if (transport_seq_at_ != 0) store_be16(&out[transport_seq_at_], stamp.transport_seq);
  return out.data() + kElementsAt + elements_;
}

}  // namespace confab::sfu
