# Run at build time: writes the commit into OUTPUT, touching it only if it changed. Outside a git
# checkout (a source archive, a container build) CONFAB_COMMIT in the environment names it.
set(COMMIT "$ENV{CONFAB_COMMIT}")
if(NOT COMMIT)
  execute_process(COMMAND git describe --always --abbrev=7 --exclude=* --dirty=.local
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(COMMIT unknown)
  endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
