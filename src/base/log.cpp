#include "base/log.h"

namespace confab {
namespace {

class NullLog final : public LogSink {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace

LogSink& null_log() {
  static NullLog log;
  return log;
}

}  // namespace confab
