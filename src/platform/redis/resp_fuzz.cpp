// Whatever a Redis sends, cut in two anywhere: no more is kept than a reply may be long, and what
// is taken is the same as at once.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "platform/redis/resp.h"

namespace {

using confab::redis::RespReader;
using confab::redis::RespReply;

bool drain(RespReader& reader, std::vector<RespReply>& to) {
  while (true) {
    auto reply = reader.next();
    if (!reply) return false;
    if (!*reply) return true;
    to.push_back(std::move(**reply));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
  RespReader whole;
  std::vector<RespReply> at_once;
  whole.append(bytes);
  const bool is_whole_good = drain(whole, at_once);
  RespReader halves;
  std::vector<RespReply> in_two;
  halves.append(bytes.substr(0, cut));
  const bool is_first_good = drain(halves, in_two);
  halves.append(bytes.substr(cut));
  const bool is_second_good = drain(halves, in_two);
  CHECK((is_first_good && is_second_good) == is_whole_good);
  CHECK(in_two == at_once);
  return 0;
}
