// The outputs of one DtlsTransport in the order they arose. Bytes lie in one arena, which is reused
// once everything was taken; so nothing is allocated per datagram after warm-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "rtc/dtls/output.h"

namespace confab::dtls {

class OutputQueue {
 public:
  void push_datagram(ByteView bytes) { push_bytes(Datagram{}, bytes); }
  void push_application_data(ByteView bytes) { push_bytes(ApplicationData{}, bytes); }
  void push(DtlsOutput event) { items_.push_back({std::move(event), 0, 0}); }
  // Views given out are valid until recycle().
  bool pop(DtlsOutput& out);
  bool is_empty() const { return head_ == items_.size(); }
  // Makes room for a new round. Must be empty.
  void recycle();

 private:
  // For the bytes, offset and size say where they are; the arena may move while it grows.
  struct Item {
    DtlsOutput output;
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  void push_bytes(DtlsOutput kind, ByteView bytes);

  std::vector<std::uint8_t> arena_;
  std::vector<Item> items_;
  std::size_t head_ = 0;
};

}  // namespace confab::dtls
