#include "engine/port_use.h"

#include <gtest/gtest.h>

namespace confab::engine {
namespace {

constexpr std::string_view kTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    "   0: 0100007F:9C40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
    "   1: 0100007F:9C41 0100007F:1F90 06 00000000:00000000 03:00001000 00000000     0\n"
    "   2: 0100007F:9C42 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0\n";

TEST(PortUse, tells_a_server_from_a_connection) {
  EXPECT_TRUE(has_listener(kTable, 40000));
  EXPECT_FALSE(has_listener(kTable, 40001)) << "TIME-WAIT";
  EXPECT_FALSE(has_listener(kTable, 40002)) << "a connection that this machine made";
  EXPECT_FALSE(has_listener(kTable, 8080)) << "the far end's port";
  EXPECT_FALSE(has_listener("", 40000));
  EXPECT_FALSE(has_listener("  0: nonsense\n\n: : : 0A", 40000));
}

TEST(PortUse, knows_where_the_kernel_takes_ports_from) {
  const EphemeralPorts ports = read_ephemeral_ports("32768\t60999\n", "\n");
  EXPECT_TRUE(ports.contains(40000));
  EXPECT_FALSE(ports.contains(20000));
  EXPECT_FALSE(ports.contains(61000));
  const EphemeralPorts reserved =
      read_ephemeral_ports("32768\t60999\n", "8080,40000-40015,50000\n");
  EXPECT_FALSE(reserved.contains(40000));
  EXPECT_FALSE(reserved.contains(40015));
  EXPECT_TRUE(reserved.contains(40016));
  EXPECT_FALSE(reserved.contains(50000));
  EXPECT_FALSE(read_ephemeral_ports("", "").contains(40000)) << "no such file";
  EXPECT_TRUE(read_ephemeral_ports("1 65535", "x-,-,,-5").contains(40000));
}

}  // namespace
}  // namespace confab::engine
