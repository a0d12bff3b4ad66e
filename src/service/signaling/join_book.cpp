#include "service/signaling/join_book.h"

namespace confab::signaling {

void JoinBook::refused(const Error& error, std::int64_t at_ms) {
  ++refused_[static_cast<std::size_t>(error.code)];
  if (last_.size() == kRefusalsKept) last_.pop_front();
  last_.push_back({at_ms, error.code, error.message});
}

void JoinBook::expose(metrics::Exposition& out) const {
  const auto joins = [&](std::string_view result, std::uint64_t count) {
    out.counter("signaling_joins", "Attempts to come in, by what came of them.",
                {{"result", result}}, count);
  };
  joins("let_in", let_in_);
  joins("lobby", sent_to_lobby_);
  for (std::size_t i = 0; i < refused_.size(); ++i) {
    joins(error_code_name(static_cast<ErrorCode>(i)), refused_[i]);
  }
}

}  // namespace confab::signaling
