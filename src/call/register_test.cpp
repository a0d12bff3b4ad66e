#include "call/register.h"

#include <gtest/gtest.h>

namespace confab::call {
namespace {

RegisterEntry with_role(std::size_t i) {
  return {.subject = identity_subject(std::to_string(i)), .role = Role::kCohost};
}

TEST(Register, at_its_limit_forgets_who_has_no_ban_oldest_first) {
  SeededRandom random(1);
  Register known;
  const RegisterEntry banned{.subject = identity_subject("banned"),
                             .is_out = true,
                             .ban = BanId::random(random),
                             .name = "Eve"};
  known.remember(banned);
  for (std::size_t i = 0; i < kRegisterMax; ++i) known.remember(with_role(i));
  EXPECT_TRUE(known.is_out(banned.subject)) << "nobody comes back since others came";
  EXPECT_EQ(known.find(with_role(0).subject), nullptr);
  EXPECT_NE(known.find(with_role(1).subject), nullptr);
  EXPECT_NE(known.find(with_role(kRegisterMax - 1).subject), nullptr);
}

}  // namespace
}  // namespace confab::call
