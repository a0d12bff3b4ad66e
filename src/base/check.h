// CHECK: our own mistake stops the process, in release too. DCHECK: the same where the check would
// cost on the packet path, so only in debug builds. Neither is for what a peer or the world does.
#pragma once

namespace confab::internal {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}  // namespace confab::internal

#define CHECK(condition) \
  ((condition) ? (void)0 : ::confab::internal::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) ((void)sizeof(!(condition)))
#else
#define DCHECK(condition) CHECK(condition)
#endif
