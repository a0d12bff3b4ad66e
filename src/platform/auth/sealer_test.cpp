#include "platform/auth/sealer.h"

#include "gtest/gtest.h"
#include "platform/auth/token_signer.h"

namespace confab::auth {
namespace {

TEST(Sealer, gives_a_secret_back_to_its_owner_alone) {
  SeededRandom random(3);
  const Sealer sealer = TokenSigner({1, 2, 3}).sealer();
  const std::string sealed = sealer.seal("the secret", "key:A", random);
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(sealer.open(sealed, "key:A"), "the secret");
  EXPECT_FALSE(sealer.open(sealed, "key:B"));
  EXPECT_FALSE(TokenSigner({1, 2, 4}).sealer().open(sealed, "key:A"));
  EXPECT_EQ(sealer.open(sealer.seal("", "x", random), "x"), "");
}

TEST(Sealer, opens_nothing_that_was_changed) {
  SeededRandom random(3);
  const Sealer sealer = TokenSigner({1, 2, 3}).sealer();
  const std::string sealed = sealer.seal("s", "x", random);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer.open(changed, "x")) << i;
    EXPECT_FALSE(sealer.open(sealed.substr(0, i), "x")) << i;
  }
}

TEST(Sealer, seals_the_same_secret_differently_each_time) {
  SeededRandom random(3);
  const Sealer sealer = TokenSigner({1, 2, 3}).sealer();
  EXPECT_NE(sealer.seal("s", "x", random), sealer.seal("s", "x", random));
}

}  // namespace
}  // namespace confab::auth
