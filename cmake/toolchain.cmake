# Flags every target gets, and the faster linker and compiler cache where they are installed.

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    -Wimplicit-fallthrough -Wnon-virtual-dtor -Woverloaded-virtual -Werror
                    # A designated initializer is written to leave the other fields at their defaults.
                    -Wno-missing-designated-field-initializers
                    # A failed CHECK names src/..., not the folder of the machine that built it.
                    -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=
                    -fno-omit-frame-pointer)
add_compile_definitions(_GLIBCXX_ASSERTIONS)

find_program(CONFAB_MOLD mold)
if(CONFAB_MOLD)
  add_link_options(-fuse-ld=mold)
else()
  add_link_options(-fuse-ld=lld)
endif()

find_program(CONFAB_CCACHE ccache)
if(CONFAB_CCACHE)
  # Depend mode: the default mode passed a stale hit when a line of DEPS was removed, because it
  # does not see the module map.
  # The sloppiness is what precompiled headers need (ccache(1)): their own content is in the hash.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      ${CONFAB_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER env CCACHE_DEPEND=1 ${CONFAB_CCACHE})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang\ -fno-pch-timestamp>)
endif()

if(CONFAB_SANITIZE)
  add_compile_options(-fsanitize=${CONFAB_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CONFAB_SANITIZE})
endif()
if(CONFAB_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
