# One library target per module, with its dependencies written out. Clang refuses an include of a
# module that DEPS (ours) or LIBS (third-party) does not name: -fmodules-decluse over one include
# root. No C++ module is ever built; the includes stay textual. tests/layering shows it at work.
# Each module is compiled with a map of its own: what it may use, and bare entries for the others, so
# that a changed line of DEPS rebuilds that module alone.
#
#   confab_module(NAME rtc_stun             target and module name; the folder is where it is called
#     SOURCES message.cpp                   HEADERS are found by the umbrella of the folder
#     DEPS base                             our modules, declared earlier in src/CMakeLists.txt
#     LIBS openssl                          names from cmake/third_party.cmake
#     TESTS message_test.cpp                built into rtc_stun_test (GoogleTest), run by ctest
#     TEST_DEPS sim  TEST_LIBS boost        what only the tests may use
#     FUZZ message)                         message_fuzz.cpp -> rtc_stun_message_fuzz (fuzz preset)
#   confab_module(EXE NAME confab ...)      an executable instead of a library

function(confab_module_options target module)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  # Without -fno-cxx-modules the front end turns umbrella headers into imports under C++20.
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-cxx-modules" -fmodules-decluse
    -Werror=private-header -fmodule-name=confab_${module}
    -fmodule-map-file=${CMAKE_BINARY_DIR}/modulemaps/${module}.modulemap)
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY
               OBJECT_DEPENDS ${CMAKE_BINARY_DIR}/modulemaps/${module}.modulemap)
  # Those of pch.cmake, where the project has them.
  if(TARGET confab_pch)
    if(module MATCHES "_test$")
      target_precompile_headers(${target} REUSE_FROM confab_test_pch)
    else()
      target_precompile_headers(${target} REUSE_FROM confab_pch)
    endif()
  endif()
endfunction()

# Writes the module map entry and links. Refuses a dependency that is not declared yet, so that a
# cycle cannot be written.
function(confab_module_uses target module umbrella deps libs)
  set(text "module confab_${module} {\n")
  if(umbrella)
    string(APPEND text "  umbrella \"${umbrella}\"\n")
    set_property(GLOBAL APPEND PROPERTY CONFAB_UMBRELLAS ${module})
    set_property(GLOBAL PROPERTY CONFAB_UMBRELLA_${module} "${umbrella}")
  endif()
  foreach(d IN LISTS deps)
    if(NOT TARGET ${d})
      message(FATAL_ERROR "${module} names ${d} in DEPS, but ${d} is not declared above it in src/CMakeLists.txt")
    endif()
    string(APPEND text "  use confab_${d}\n")
    target_link_libraries(${target} PUBLIC ${d})
  endforeach()
  get_property(known GLOBAL PROPERTY CONFAB_THIRD_ALL)
  foreach(l IN LISTS libs)
    if(NOT l IN_LIST known)
      message(FATAL_ERROR "${module} names ${l} in LIBS, but cmake/third_party.cmake does not have it")
    endif()
    get_property(link GLOBAL PROPERTY CONFAB_THIRD_${l}_LINK)
    get_property(is_mapless GLOBAL PROPERTY CONFAB_THIRD_${l}_OWN_FOLDER)
    if(is_mapless)
      target_link_libraries(${target} PRIVATE ${link})
    else()
      string(APPEND text "  use third_${l}\n")
      target_link_libraries(${target} PUBLIC ${link})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY CONFAB_MODULES ${module})
  set_property(GLOBAL PROPERTY CONFAB_ENTRY_${module} "${text}}\n")
endfunction()

if(CONFAB_FUZZ)
  add_custom_target(fuzz_targets)  # all of them and nothing else: tools/fuzz
endif()

function(confab_module)
  cmake_parse_arguments(M "EXE" "NAME;OUTPUT" "SOURCES;DEPS;LIBS;TESTS;TEST_DEPS;TEST_LIBS;FUZZ" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "confab_module(${M_NAME}): what is ${M_UNPARSED_ARGUMENTS}?")
  endif()
  if(M_EXE)
    add_executable(${M_NAME} ${M_SOURCES})
  elseif(M_SOURCES)
    add_library(${M_NAME} STATIC ${M_SOURCES})
  else()
    # A module of headers alone still compiles once, so that its own rules are checked.
    file(GLOB headers RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
    list(TRANSFORM headers PREPEND "#include \"${CMAKE_CURRENT_SOURCE_DIR}/")
    list(TRANSFORM headers APPEND "\"")
    list(JOIN headers "\n" includes)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${M_NAME}_headers.cpp CONTENT "${includes}\n" @ONLY)
    add_library(${M_NAME} STATIC ${CMAKE_CURRENT_BINARY_DIR}/${M_NAME}_headers.cpp)
  endif()
  if(M_OUTPUT)
    set_target_properties(${M_NAME} PROPERTIES OUTPUT_NAME ${M_OUTPUT}
                          RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  endif()
  set(umbrella ${CMAKE_CURRENT_SOURCE_DIR})
  if(M_EXE)
    set(umbrella "")  # nobody includes from an executable: its folder may be a library's too
  endif()
  confab_module_uses(${M_NAME} ${M_NAME} "${umbrella}" "${M_DEPS}" "${M_LIBS}")
  confab_module_options(${M_NAME} ${M_NAME})

  if(M_TESTS)
    add_executable(${M_NAME}_test ${M_TESTS})
    set(deps ${M_NAME} ${M_DEPS} ${M_TEST_DEPS})
    set(libs ${M_LIBS} gtest ${M_TEST_LIBS})
    confab_module_uses(${M_NAME}_test ${M_NAME}_test "" "${deps}" "${libs}")
    confab_module_options(${M_NAME}_test ${M_NAME}_test)
    target_link_libraries(${M_NAME}_test PRIVATE GTest::gmock_main)
    add_test(NAME ${M_NAME} COMMAND ${M_NAME}_test)
  endif()

  if(CONFAB_FUZZ)
    foreach(f IN LISTS M_FUZZ)
      add_executable(${M_NAME}_${f}_fuzz ${f}_fuzz.cpp)
      set(deps ${M_NAME} ${M_DEPS})
      confab_module_uses(${M_NAME}_${f}_fuzz ${M_NAME}_${f}_fuzz "" "${deps}" "${M_LIBS}")
      confab_module_options(${M_NAME}_${f}_fuzz ${M_NAME}_${f}_fuzz)
      target_link_options(${M_NAME}_${f}_fuzz PRIVATE -fsanitize=fuzzer)
      add_dependencies(fuzz_targets ${M_NAME}_${f}_fuzz)
      set_target_properties(${M_NAME}_${f}_fuzz PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    endforeach()
  endif()
endfunction()

# One map for each module, written at the end of configuring and only where it changed.
function(confab_write_maps)
  get_property(third_party GLOBAL PROPERTY CONFAB_MAP)
  get_property(modules GLOBAL PROPERTY CONFAB_MODULES)
  get_property(umbrellas GLOBAL PROPERTY CONFAB_UMBRELLAS)
  foreach(module IN LISTS modules)
    get_property(entry GLOBAL PROPERTY CONFAB_ENTRY_${module})
    set(text "${entry}")
    foreach(other IN LISTS umbrellas)
      if(NOT other STREQUAL module)
        get_property(umbrella GLOBAL PROPERTY CONFAB_UMBRELLA_${other})
        string(APPEND text "module confab_${other} { umbrella \"${umbrella}\" }\n")
      endif()
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/modulemaps/${module}.modulemap
         CONTENT "${text}${third_party}" @ONLY)
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL confab_write_maps)
