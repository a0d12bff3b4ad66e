# The standard library, parsed once for each preset instead of once for each file: a third of the
# time a file takes to compile. What our modules and third-party libraries show each other stays
# textual, so that the layering (module.cmake) sees every include of it.
#
# A file still includes what it uses: a build without precompiled headers
# (-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON) must pass as well.

function(confab_pch target)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/${target}.cpp CONTENT "// Nothing: it is the headers that are compiled.\n" @ONLY)
  add_library(${target} OBJECT ${CMAKE_BINARY_DIR}/pch/${target}.cpp)
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-cxx-modules" -fmodules-decluse
    -Werror=private-header -fmodule-name=${target})
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()

set(confab_std_headers <algorithm> <array> <bit> <chrono> <cstddef> <cstdint> <cstring> <deque>
  <expected> <functional> <map> <memory> <optional> <span> <string> <string_view> <unordered_map>
  <utility> <variant> <vector>)
confab_pch(confab_pch ${confab_std_headers})
confab_pch(confab_test_pch ${confab_std_headers} <gtest/gtest.h>)
target_link_libraries(confab_test_pch PRIVATE GTest::gmock_main)
