# Runs COMMAND (words separated by |). EXPECT "success": it must end well. Otherwise it must fail,
# and say EXPECT: a failure for another reason proves nothing.
string(REPLACE "|" ";" command "${COMMAND}")
execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
# cmake wraps its messages at 77 columns.
string(REGEX REPLACE "[ \n]+" " " flat "${output}")
if(EXPECT STREQUAL "success")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "expected success, got ${result}:\n${output}")
  endif()
elseif(result EQUAL 0)
  message(FATAL_ERROR "expected a refusal, got success:\n${output}")
elseif(NOT flat MATCHES "${EXPECT}")
  message(FATAL_ERROR "expected \"${EXPECT}\", got:\n${output}")
endif()
