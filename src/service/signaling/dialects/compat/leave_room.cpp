#include <boost/json.hpp>

#include "service/signaling/dialects/compat/compat.h"

namespace confab::signaling::compat {
namespace {

call::Request read(const json::Reader&, const ReadContext&) {
  return call::Leave{};
}

}  // namespace

const EventCodec kLeaveRoom{"leaveRoom", read, acknowledge_done};

}  // namespace confab::signaling::compat
