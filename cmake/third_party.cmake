# Every third-party library confab may use. A library that is not here cannot be included by any
# module (cmake/module.cmake). confab_third(NAME MAP "<module map lines>" LINK <targets>)
# OWN_FOLDER in place of MAP: the headers are found only by who is given their folder, that is by who
# names the library; the maps of all others do not change with it, so nothing is compiled again.

function(confab_third name)
  cmake_parse_arguments(T "OWN_FOLDER" "" "MAP;LINK" ${ARGN})
  set_property(GLOBAL PROPERTY CONFAB_THIRD_${name}_LINK "${T_LINK}")
  set_property(GLOBAL PROPERTY CONFAB_THIRD_${name}_OWN_FOLDER ${T_OWN_FOLDER})
  set_property(GLOBAL APPEND PROPERTY CONFAB_THIRD_ALL ${name})
  if(T_OWN_FOLDER)
    return()
  endif()
  set(text "module third_${name} {\n")
  foreach(line IN LISTS T_MAP)
    string(APPEND text "  ${line}\n")
  endforeach()
  set_property(GLOBAL APPEND_STRING PROPERTY CONFAB_MAP "${text}}\n")
endfunction()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers json url)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
pkg_check_modules(yaml_cpp REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(srtp2 REQUIRED IMPORTED_TARGET libsrtp2)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_library(IPSEC_MB_LIBRARY IPSec_MB)

# Their -pthread would be refused by the precompiled headers (pch.cmake), which have none; glibc needs
# none.
add_library(confab_grpc INTERFACE)
add_library(confab_protobuf INTERFACE)
target_link_libraries(confab_grpc INTERFACE $<LINK_ONLY:gRPC::grpc++>)
# It names fifty libraries of its own, of which we call four.
target_link_options(confab_grpc INTERFACE LINKER:--as-needed)
target_link_libraries(confab_protobuf INTERFACE $<LINK_ONLY:protobuf::libprotobuf>)

confab_third(boost MAP "umbrella \"/usr/include/boost\"" LINK Boost::headers Boost::json Boost::url)
confab_third(openssl MAP "umbrella \"/usr/include/openssl\"" LINK OpenSSL::SSL OpenSSL::Crypto)
confab_third(sqlite MAP "textual header \"/usr/include/sqlite3.h\"" LINK SQLite::SQLite3)
confab_third(postgres OWN_FOLDER LINK PostgreSQL::PostgreSQL)
confab_third(argon2 OWN_FOLDER LINK PkgConfig::argon2)
confab_third(spdlog MAP "umbrella \"/usr/include/spdlog\"" LINK spdlog::spdlog)
confab_third(fmt MAP "umbrella \"/usr/include/fmt\"" LINK fmt::fmt)
confab_third(cli11 MAP "umbrella \"/usr/include/CLI\"" LINK CLI11::CLI11)
confab_third(yaml_cpp MAP "umbrella \"/usr/include/yaml-cpp\"" LINK PkgConfig::yaml_cpp)
confab_third(grpc MAP "module cpp { umbrella \"/usr/include/grpcpp\" export * }"
                      "module core { umbrella \"/usr/include/grpc\" export * }"
             LINK confab_grpc)
confab_third(protobuf MAP "umbrella \"/usr/include/google/protobuf\"" LINK confab_protobuf)
confab_third(gtest MAP "module gtest { umbrella \"/usr/include/gtest\" export * }"
                       "module gmock { umbrella \"/usr/include/gmock\" export * }"
             LINK GTest::gmock GTest::gtest)
confab_third(prometheus MAP "umbrella \"/usr/include/prometheus\"" LINK prometheus-cpp::core)
confab_third(benchmark MAP "umbrella \"/usr/include/benchmark\"" LINK benchmark::benchmark)
confab_third(srtp2 MAP "umbrella \"/usr/include/srtp2\"" LINK PkgConfig::srtp2)
# Intel's multi-buffer crypto exists for x86-64 only; elsewhere the OpenSSL fallback is all there is.
if(IPSEC_MB_LIBRARY)
  confab_third(ipsec_mb MAP "textual header \"/usr/include/intel-ipsec-mb.h\"" LINK ${IPSEC_MB_LIBRARY})
else()
  confab_third(ipsec_mb MAP "" LINK "")
endif()
