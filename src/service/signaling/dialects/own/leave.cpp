#include <boost/json.hpp>

#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

call::Request read(const json::Reader&, const ReadContext&) {
  return call::Leave{};
}

}  // namespace

const EventCodec kLeave{"leave", read, acknowledge_done};

}  // namespace confab::signaling::own
