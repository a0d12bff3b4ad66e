#include "call/types.h"

#include "gtest/gtest.h"

namespace confab::call {
namespace {

TEST(ConnectionId, says_which_node_holds_the_socket) {
  const auto first = ConnectionId::make(7, 1);
  EXPECT_EQ(first.node(), 7);
  EXPECT_EQ(ConnectionId::make(65535, 1).node(), 65535);
  EXPECT_NE(first, ConnectionId::make(8, 1));
  EXPECT_NE(first, ConnectionId::make(7, 2));
}

}  // namespace
}  // namespace confab::call
