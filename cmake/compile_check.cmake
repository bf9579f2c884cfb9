# Script: compiles SOURCE of the project in ROOT with COMPILER, DEFINE being defined if given, and fails unless that ends as EXPECT
# (success or failure) says. Only an error in SOURCE, or one instantiated from there, counts as a failure that was meant.
set(define)
if(DEFINE)
  file(STRINGS ${SOURCE} uses REGEX ${DEFINE})
  if(NOT uses)
    message(FATAL_ERROR "${SOURCE} does not mention ${DEFINE}: there is nothing to check")
  endif()
  set(define -D${DEFINE})
endif()
execute_process(
  COMMAND ${COMPILER} -std=c++23 -fsyntax-only -I${ROOT}/include -I${ROOT}/src -I${ROOT}/tests ${define} ${SOURCE}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
get_filename_component(file ${SOURCE} NAME)
if(EXPECT STREQUAL "success" AND NOT status EQUAL 0)
  message(FATAL_ERROR "does not compile, but must:\n${output}")
elseif(EXPECT STREQUAL "failure" AND status EQUAL 0)
  message(FATAL_ERROR "compiles with ${DEFINE}, but must not")
elseif(EXPECT STREQUAL "failure" AND NOT output MATCHES "${file}:[0-9]+:[0-9]+:.*error")
  message(FATAL_ERROR "fails for another reason than an error in ${file}:\n${output}")
endif()
